"""The roles that a mandate can give, and what a body's kind asks of its meetings unless its charter says otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from majung.taskforce.rules.words import BodyKind, Word


class Role(Word):
    """A person holds a role in a body through a mandate, from a day to a day."""

    CHAIR = "chair", "Chair", "위원장·반장"
    SECRETARIAT = "secretariat", "Secretariat", "사무국"
    RAPPORTEUR = "rapporteur", "Rapporteur", "간사"
    MEMBER = "member", "Member", "위원"
    OBSERVER = "observer", "Observer", "참관"
    JUDGE = "judge", "Judge of weights", "가중치 평가자"
    ANALYST = "analyst", "Analyst", "분석가"
    OWNER = "owner", "Measure officer", "대책 담당"
    VERIFIER = "verifier", "Verifier", "점검 담당"
    MODERATOR = "moderator", "Moderator of demands", "수요 관리"
    AUDITOR = "auditor", "Auditor", "감사"
    ADMINISTRATOR = "administrator", "Administrator of accounts", "계정 관리"


VOTING = (Role.CHAIR, Role.MEMBER)
"""Roles that count towards the quorum and vote."""


@dataclass(frozen=True)
class BodyRules:
    """What a body's meetings follow.

    quorum: share of the voting mandates, in (0, 1]; majority: share of the votes cast that a decision must exceed.
    notice_days: working days between convocation and meeting. written_days: days a written procedure stays open.
    """

    quorum: float
    majority: float
    notice_days: int
    written_days: int


RULES: dict[BodyKind, BodyRules] = {
    BodyKind.STRATEGY_MEETING: BodyRules(quorum=0.5, majority=0.5, notice_days=5, written_days=5),
    BodyKind.TASK_FORCE: BodyRules(quorum=0.5, majority=0.5, notice_days=3, written_days=5),
    BodyKind.WORKING_GROUP: BodyRules(quorum=0.5, majority=0.5, notice_days=3, written_days=3),
    BodyKind.POLICY_COUNCIL: BodyRules(quorum=1 / 3, majority=0.5, notice_days=5, written_days=7),
}
