"""States and the steps between them: a lifecycle an entity, each step the name of the operation that takes it."""

from __future__ import annotations

from dataclasses import dataclass

from majung.taskforce.rules.words import Text


@dataclass(frozen=True)
class Step:
    """`operation` takes the entity from any of `sources` to `target`."""

    operation: str
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Lifecycle:
    """All states of an entity with their labels, where it begins, and every step that exists."""

    entity: str
    initial: str
    labels: dict[str, Text]
    steps: tuple[Step, ...]

    def step(self, operation: str) -> Step | None:
        """The step that an operation takes, None if it takes none."""
        return next((step for step in self.steps if step.operation == operation), None)

    def open_steps(self, state: str) -> tuple[Step, ...]:
        """The steps that can be taken from a state."""
        return tuple(step for step in self.steps if state in step.sources)

    def choices(self) -> list[tuple[str, str]]:
        return [(state, label["en"]) for state, label in self.labels.items()]


def _labels(**states: tuple[str, str]) -> dict[str, Text]:
    return {name.replace("_", "-"): {"en": en, "ko": ko} for name, (en, ko) in states.items()}


def _lifecycle(entity: str, labels: dict[str, Text], steps: dict[str, tuple[str, str]]) -> Lifecycle:
    """steps: operation -> ("source|source", target); the first state is where the entity begins."""
    built = tuple(Step(f"{entity}.{name}", tuple(a.split("|")), b) for name, (a, b) in steps.items())
    for step in built:
        for state in (*step.sources, step.target):
            if state not in labels:
                raise ValueError(f"{step.operation}: no state {state!r}")
    return Lifecycle(entity, next(iter(labels)), labels, built)


BODY = _lifecycle(
    "body",
    _labels(active=("Active", "운영 중"), closed=("Closed", "종료")),
    {"close": ("active", "closed")},
)
MEETING = _lifecycle(
    "meeting",
    _labels(
        planned=("Planned", "예정"),
        convened=("Convened", "소집"),
        in_session=("In session", "진행 중"),
        held=("Held", "개최"),
        drafted=("Minutes drafted", "회의록 작성"),
        approved=("Minutes approved", "회의록 승인"),
        published=("Minutes published", "회의록 공개"),
        postponed=("Postponed", "연기"),
        cancelled=("Cancelled", "취소"),
    ),
    {
        "convene": ("planned|postponed", "convened"),
        "postpone": ("planned|convened", "postponed"),
        "cancel": ("planned|convened|postponed", "cancelled"),
        "open": ("convened", "in-session"),
        "end": ("in-session", "held"),
        "draft_minutes": ("held|drafted", "drafted"),
        "approve_minutes": ("drafted", "approved"),
        "publish_minutes": ("approved", "published"),
    },
)
WRITTEN_PROCEDURE = _lifecycle(
    "written_procedure",
    _labels(open=("Open", "진행 중"), adopted=("Adopted", "가결"), failed=("Not adopted", "부결")),
    {},
)
STRATEGY = _lifecycle(
    "strategy",
    _labels(
        drafted=("Drafted", "초안"),
        comments=("Comments of the line ministries", "관계부처 협의"),
        budget_review=("Budget review", "예산 검토"),
        cleared=("Cleared", "협의 완료"),
        tabled=("Tabled", "상정"),
        announced=("Announced", "발표"),
    ),
    {
        "circulate": ("drafted", "comments"),
        "send_to_budget_review": ("comments", "budget-review"),
        "clear": ("budget-review", "cleared"),
        "table": ("cleared", "tabled"),
        "return_to_draft": ("comments|budget-review|cleared|tabled", "drafted"),
    },
)
MEASURE = _lifecycle(
    "measure",
    _labels(
        proposed=("Proposed", "제안"),
        agreed=("Agreed", "확정"),
        in_progress=("In progress", "추진 중"),
        reported_done=("Reported done", "완료 보고"),
        verified=("Verified", "완료 확인"),
        suspended=("Suspended", "중단"),
        dropped=("Dropped", "폐기"),
        transferred=("Transferred", "이관"),
    ),
    {
        "agree": ("proposed", "agreed"),
        "start": ("agreed|suspended", "in-progress"),
        "report_done": ("in-progress", "reported-done"),
        "verify": ("reported-done", "verified"),
        "return_to_owner": ("reported-done", "in-progress"),
        "suspend": ("agreed|in-progress", "suspended"),
        "drop": ("proposed|agreed|in-progress|suspended", "dropped"),
        "transfer": ("agreed|in-progress|suspended", "transferred"),
    },
)
FISCAL = _lifecycle(
    "fiscal",
    _labels(
        none=("No budget asked for", "예산 요구 없음"),
        requested=("Requested", "요구"),
        reflected=("Reflected in the government's budget bill", "정부안 반영"),
        appropriated=("Appropriated", "확정"),
        executed=("Executed", "집행"),
    ),
    {
        "request": ("none", "requested"),
        "reflect": ("requested", "reflected"),
        "appropriate": ("requested|reflected", "appropriated"),
        "execute": ("appropriated", "executed"),
    },
)
REGULATORY = _lifecycle(
    "regulatory",
    _labels(
        none=("No statute concerned", "법령 사항 없음"),
        drafting=("Draft in preparation", "개정안 마련"),
        notice=("Pre-announcement of legislation", "입법예고"),
        legislation_review=("Review by the Ministry of Government Legislation", "법제 심사"),
        submitted=("Before the National Assembly or Cabinet", "국회·국무회의 심의"),
        in_force=("In force", "시행"),
    ),
    {
        "draft": ("none", "drafting"),
        "give_notice": ("drafting", "notice"),
        "review": ("notice", "legislation-review"),
        "submit": ("legislation-review", "submitted"),
        "enact": ("notice|legislation-review|submitted", "in-force"),
    },
)
CONSULTATION = _lifecycle(
    "consultation",
    _labels(open=("Open", "진행 중"), closed=("Closed", "종료")),
    {"close": ("open", "closed"), "reopen": ("closed", "open")},
)
SUBMISSION = _lifecycle(
    "submission",
    _labels(
        received=("Received", "접수"),
        moderated=("Moderated", "분류"),
        merged=("Merged with another", "병합"),
        answered=("Answered", "답변"),
        withdrawn=("Withdrawn", "철회"),
        appealed=("Appealed", "이의 제기"),
    ),
    {
        "moderate": ("received", "moderated"),
        "merge": ("received|moderated", "merged"),
        "answer": ("moderated|appealed", "answered"),
        "withdraw": ("received|moderated", "withdrawn"),
        "appeal": ("answered", "appealed"),
    },
)
STATEMENT = _lifecycle(
    "statement",
    _labels(proposed=("Proposed", "제안"), shown=("Shown", "게시"), hidden=("Hidden", "숨김")),
    {"show": ("proposed|hidden", "shown"), "hide": ("proposed|shown", "hidden")},
)
ANNOUNCEMENT = _lifecycle(
    "announcement",
    _labels(
        drafted=("Drafted", "작성"),
        cleared=("Cleared", "협의 완료"),
        scheduled=("Scheduled", "발표 예정"),
        announced=("Announced", "발표"),
        corrected=("Corrected", "정정"),
    ),
    {
        "clear": ("drafted", "cleared"),
        "schedule": ("cleared|scheduled", "scheduled"),
        "withdraw": ("cleared|scheduled", "drafted"),
        "announce": ("scheduled", "announced"),
        "correct": ("announced|corrected", "corrected"),
    },
)
REVIEW = _lifecycle(
    "review",
    _labels(opened=("Opened", "착수"), frozen=("Dossier frozen", "자료 확정"), decided=("Decided", "결정")),
    {"freeze": ("opened", "frozen"), "decide": ("frozen", "decided")},
)
ACTION = _lifecycle(
    "action",
    _labels(open=("Open", "진행 중"), done=("Done", "완료"), dropped=("Dropped", "취소")),
    {"complete": ("open", "done"), "drop": ("open", "dropped")},
)
PANEL = _lifecycle(
    "panel",
    _labels(open=("Open", "진행 중"), closed=("Closed", "마감")),
    {"close": ("open", "closed")},
)
JOB = _lifecycle(
    "job",
    _labels(
        queued=("Waiting", "대기"),
        running=("Running", "실행 중"),
        done=("Done", "완료"),
        failed=("Failed", "실패"),
        cancelled=("Cancelled", "취소"),
    ),
    {},
)

LIFECYCLES: dict[str, Lifecycle] = {
    lifecycle.entity: lifecycle
    for lifecycle in (
        BODY,
        MEETING,
        WRITTEN_PROCEDURE,
        STRATEGY,
        MEASURE,
        FISCAL,
        REGULATORY,
        CONSULTATION,
        SUBMISSION,
        STATEMENT,
        ANNOUNCEMENT,
        REVIEW,
        ACTION,
        PANEL,
        JOB,
    )
}
