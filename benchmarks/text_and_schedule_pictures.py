"""Draws the pictures of docs/methods/schedule.md and texts.md (needs matplotlib and OR-Tools).

PYTHONPATH=src python benchmarks/text_and_schedule_pictures.py
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("svg")
mpl.rcParams.update({"svg.hashsalt": "majung", "svg.fonttype": "none", "font.size": 9})
from matplotlib import pyplot as plt  # noqa: E402

from majung.methods.schedule import Group, Room, explain, problem, relax, schedule  # noqa: E402
from majung.methods.texts import near_duplicates, tf_idf, themes, words  # noqa: E402

IMAGES = Path(__file__).parents[1] / "docs" / "methods" / "img"
COLOURS = {"batteries": "#0b5394", "chips": "#e69138", "materials": "#6aa84f"}
TEXTS = [
    "Battery plants need grid capacity.",
    "The battery plants need more grid capacity!",
    "Grid capacity limits battery plants in the south",
    "Train engineers for chip design",
    "Chip design lacks engineers",
    "Universities should train chip engineers",
    "Battery recycling needs rules",
    "Rules for recycling of batteries and magnets",
]


def save(figure: plt.Figure, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def relaxations() -> None:
    """One window that holds no schedule, and the schedule after each of its smallest relaxations."""
    window = date(2025, 10, 10), date(2025, 10, 20)
    groups = [
        Group("batteries", frozenset({"chair", "treasurer", "maker"}), *window, meetings=2, minimum_gap=7),
        Group("chips", frozenset({"treasurer", "designer"}), *window, meetings=2, minimum_gap=12),
        Group("materials", frozenset({"chair", "chemist"}), *window, meetings=2, minimum_gap=3),
    ]
    case = problem(
        groups,
        [Room("small", 4)],
        slots=2,
        holidays={date(2025, 10, 9)},
        weekend={5, 6},
        away={"chair": {date(2025, 10, 10)}},
        announced=date(2025, 10, 1),
        notice=5,
    )
    found = explain(case, costs={"window": 3, "gap": 2, "meeting": 5}, widest=14, effort=1.0).relaxations
    figure, panels = plt.subplots(1, len(found), figsize=(9, 2.6), sharey=True, layout="constrained")
    days = [window[0] + timedelta(d) for d in range(-2, 15)]
    for panel, relaxation in zip(np.atleast_1d(panels), found, strict=True):
        plan = schedule(relax(case, relaxation.changes), objective="earliest", effort=1.0)
        for d, day in enumerate(days):
            if day.weekday() > 4 or not window[0] <= day <= window[1]:
                panel.axvspan(d - 0.5, d + 0.5, color="0.93" if day.weekday() <= 4 else "0.85", lw=0)
        for meeting in plan.meetings:
            place = days.index(meeting.day)
            panel.barh(meeting.slot, 0.9, left=place - 0.45, height=0.8, color=COLOURS[meeting.group])
        panel.set_title(
            f"cost {relaxation.cost}: " + "; ".join(f"{c.group}, {c.kind} {c.amount}" for c in relaxation.changes),
            fontsize=8,
        )
        panel.set_xticks(range(0, len(days), 3), [f"{day:%-d}" for day in days[::3]])
        panel.set_xlabel("October 2025")
    np.atleast_1d(panels)[0].set_yticks([0, 1], ["first slot", "second slot"])
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in COLOURS.values()]
    figure.legend(handles, list(COLOURS), loc="outside lower center", ncols=3, frameon=False)
    save(figure, "schedule-relaxations")


def cosines() -> None:
    """Cosines of eight texts, the pairs that a threshold proposes, and two themes."""
    terms = tf_idf(words(TEXTS), idf="smooth", sublinear=False, minimum_documents=1, maximum_share=1.0)
    found = themes(terms, number=3, rounds=200, tolerance=1e-6)
    order = np.argsort(found.of, kind="stable")
    place = {int(text): i for i, text in enumerate(order)}
    every = np.eye(len(TEXTS))
    for pair in near_duplicates(terms, threshold=0.01):
        a, b = place[pair.first], place[pair.second]
        every[a, b] = every[b, a] = pair.cosine
    figure, panel = plt.subplots(figsize=(8, 3.4), layout="constrained")
    image = panel.imshow(every, cmap="Blues", vmin=0, vmax=1)
    for pair in near_duplicates(terms, threshold=0.6):
        a, b = place[pair.first], place[pair.second]
        for row, column in ((a, b), (b, a)):
            panel.add_patch(
                plt.Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="#990000", linewidth=1.5)
            )
    for edge in np.flatnonzero(np.diff(found.of[order])):
        panel.axhline(edge + 0.5, color="0.3", lw=0.8)
        panel.axvline(edge + 0.5, color="0.3", lw=0.8)
    panel.set_yticks(range(len(TEXTS)), [TEXTS[i] for i in order], fontsize=8)
    panel.set_xticks([])
    titles = "; ".join(" ".join(top) for top in found.words(3))
    figure.suptitle(f"themes: {titles}", fontsize=8, x=0.01, ha="left")
    figure.colorbar(image, ax=panel, label="cosine")
    save(figure, "texts-cosines")


def main() -> None:
    relaxations()
    cosines()


if __name__ == "__main__":
    main()
