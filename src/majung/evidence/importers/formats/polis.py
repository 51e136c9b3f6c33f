"""Polis: votes on statements of a public conversation, as exported (`votes.csv` with `comments.csv`).

Specification: Computational Democracy Project, Polis data export: votes.csv with timestamp (milliseconds), datetime,
comment-id, voter-id, vote (1 agree, 0 pass, -1 disagree); comments.csv with comment-id, moderated, comment-body. A
voter may vote again on a statement: the last vote counts. Year is that of the vote's time in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pandas as pd

from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.delimited import read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.problems import text

VOTES = (
    Column("timestamp", text("time, milliseconds", "시각(밀리초)")),
    Column("datetime", text("time in words", "시각(글)"), required=False),
    Column("comment-id", text("statement", "의견")),
    Column("voter-id", text("voter", "투표자")),
    Column("vote", text("1, 0 or -1", "1, 0 또는 -1")),
)
COMMENTS = (
    Column("comment-id", text("statement", "의견")),
    Column("comment-body", text("its text", "의견 내용")),
    Column("moderated", text("1 accepted, -1 rejected", "1 승인, -1 거절"), required=False),
)
_LAST_MS = 4_102_444_800_000


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    votes = [one for one in inputs if one.name.endswith("votes.csv") and "participants" not in one.name]
    if len(votes) != 1:
        raise file_error(
            inputs[0].name,
            "file-missing",
            text(f"{len(votes)} files of votes were given, not one", f"투표 파일이 1개가 아니라 {len(votes)}개입니다"),
            text(
                "give votes.csv and comments.csv of one conversation", "한 대화의 votes.csv와 comments.csv를 주십시오"
            ),
        )
    country = context.option("country")
    conversation = code_of(context.option("conversation", votes[0].path.parent.name))
    context.classification(
        conversation, text(context.option("topic", conversation), context.option("topic", conversation))
    )
    for one in inputs:
        if one.name.endswith("comments.csv"):
            for rows in read_rows(one, COMMENTS, context, others=True):
                for number, body in zip(rows.cells["comment-id"], rows.cells["comment-body"], strict=True):
                    context.code(conversation, number.strip(), text(body, body))
            context.rows_read.pop(one.name, None)
    frames = [_votes(rows.cells, context) for rows in read_rows(votes[0], VOTES, context)]
    if not frames:
        return
    frame = pd.concat(frames).sort_values("timestamp", kind="stable")
    again = frame.duplicated(["statement", "voter"], keep="last")
    context.leave_out(
        "revised",
        text("the voter voted again on the statement", "같은 의견에 다시 투표했습니다"),
        count=int(again.sum()),
    )
    frame = frame[~again].sort_values("line")
    yield Batch("votes", frame.assign(country=country, conversation=conversation))


def _votes(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    lines = cells.index
    times = context.numbers(cells["timestamp"], lines, "timestamp")
    value = context.numbers(cells["vote"], lines, "vote")
    for line, vote in zip(
        lines[~value.isin([-1, 0, 1]) & value.notna()], value[~value.isin([-1, 0, 1]) & value.notna()], strict=True
    ):
        reason = text(f"{vote:g} is no vote", f"{vote:g}은(는) 투표가 아닙니다")
        context.bad("not-a-vote", int(line), reason, text("1, 0 or -1", "1, 0 또는 -1"), column="vote", value=vote)
    out_of_time = times.notna() & ~times.between(0, _LAST_MS)
    for line, moment in zip(lines[out_of_time], times[out_of_time], strict=True):
        reason = text(f"{moment:.0f} is no time", f"{moment:.0f}은(는) 시각이 아닙니다")
        context.bad("wrong-date", int(line), reason, text("milliseconds", "밀리초"), column="timestamp", value=moment)
    ids = {}
    for column, name in (("statement", "comment-id"), ("voter", "voter-id")):
        plain = cells[name].str.strip()
        sound = plain.str.fullmatch(r"\d{1,9}")
        for line, given in zip(lines[~sound], plain[~sound], strict=True):
            reason = text(f"'{given}' is no number of a {column}", f"'{given}'은(는) 번호가 아닙니다")
            context.bad("unknown-code", int(line), reason, text("a number", "번호"), column=name, value=given)
        ids[column] = plain.where(sound, "")
    years = times.where(~out_of_time).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC).year, na_action="ignore")
    return pd.DataFrame(
        {"line": lines, **ids, "year": years, "value": value.where(value.isin([-1, 0, 1])), "timestamp": times},
        index=lines,
    )


FORMAT = Format(
    id="polis",
    version="1",
    title=text("Polis votes on statements", "Polis 의견 투표"),
    tables=("votes",),
    specification="Polis data export: votes.csv, comments.csv",
    files=text("votes.csv and comments.csv of a conversation", "한 대화의 votes.csv와 comments.csv"),
    seen="real",
    licence="CC BY 4.0",
    licence_note="As stated for the open data sets of the project; another conversation may have another licence.",
    publisher="Computational Democracy Project",
    url="https://github.com/compdemocracy/openData",
    read=read,
    columns=VOTES,
    together=True,
    members=r"^(?!participants)(.*-)?(votes|comments)\.csv$",
    options={
        "country": text("where the conversation was held (TWN)", "대화가 열린 국가(TWN)"),
        "conversation": text("its name (default: the folder's)", "대화 이름(기본: 폴더 이름)"),
        "topic": text("its topic, in words", "주제"),
    },
)
