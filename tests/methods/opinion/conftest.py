import csv
import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(20211231)


@pytest.fixture
def conversation():
    """Records, moderated statements and published groups of an open Polis conversation; skips where it is absent."""
    root = Path(__file__).parents[3]
    places = [os.environ.get("MAJUNG_SHARED"), root.parent / "shared", root.parent.parent / "shared"]

    def read(name):
        for place in places:
            folder = Path(place or ".") / "data" / "polis" / name
            if folder.is_dir():
                break
        else:
            pytest.skip("the open Polis conversations are not there: set MAJUNG_SHARED or lay ../shared beside")

        def rows(file):
            with (folder / file).open(encoding="utf-8", newline="") as handle:
                return list(csv.DictReader(handle))

        records = np.array([(r["voter-id"], r["comment-id"], r["vote"]) for r in rows("votes.csv")], dtype=int)
        moderated = {int(r["comment-id"]) for r in rows("comments.csv") if r["moderated"] == "-1"}
        published = {
            int(r["participant"]): int(float(r["group-id"])) for r in rows("participants-votes.csv") if r["group-id"]
        }
        return records, moderated, published

    return read
