"""Names of what the institution knows, in both languages: one enumeration a word list."""

from __future__ import annotations

from enum import StrEnum

Text = dict[str, str]


class Word(StrEnum):
    """A term of a closed list; `label["ko"]` and `label["en"]` are what people read."""

    label: Text

    def __new__(cls, value: str, en: str = "", ko: str = "") -> Word:
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = {"en": en, "ko": ko}
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(word.value, word.label["en"]) for word in cls]


class OrganisationKind(Word):
    MINISTRY = "ministry", "Ministry", "부처"
    INSTITUTE = "institute", "Research institute", "연구기관"
    ASSOCIATION = "association", "Association or chamber", "협회·단체"
    COMPANY = "company", "Company", "기업"
    OTHER = "other", "Other", "기타"


class BodyKind(Word):
    STRATEGY_MEETING = "parent-meeting", "Strategy meeting", "전략회의"
    TASK_FORCE = "task-force", "Task force", "태스크포스"
    WORKING_GROUP = "working-group", "Working group", "작업반"
    POLICY_COUNCIL = "policy-council", "Policy council", "정책협의회"


class Purpose(Word):
    """What a meeting does with an agenda item."""

    INFORM = "inform", "Inform", "보고"
    DISCUSS = "discuss", "Discuss", "논의"
    DECIDE = "decide", "Decide", "의결"


class Presence(Word):
    PRESENT = "present", "Present", "참석"
    PROXY = "proxy", "Represented by proxy", "대리 참석"
    OBSERVER = "observer", "In attendance", "배석"
    ABSENT = "absent", "Absent", "불참"


class OutcomeKind(Word):
    INFORMATION = "information", "Noted", "보고 접수"
    DECISION = "decision", "Decision", "결정"
    ACTION = "action", "Action", "조치 사항"
    REFERRAL = "referral", "Referral", "회부"


class Instrument(Word):
    """The kinds of policy instrument a measure uses."""

    FISCAL = "fiscal", "Fiscal", "재정"
    TAX = "tax", "Tax", "세제"
    FINANCE = "finance", "Finance", "금융"
    WORKFORCE = "workforce", "Workforce", "인력"
    REGULATION = "regulation", "Regulation", "규제"
    PROCUREMENT = "procurement", "Procurement", "공공조달"
    STANDARDS = "standards", "Standards", "표준"
    INFRASTRUCTURE = "infrastructure", "Infrastructure", "기반 조성"


class SubmissionKind(Word):
    DEMAND = "demand", "Policy demand", "정책 수요"
    INDUSTRY = "industry", "Proposed industry", "산업 제안"
    PROJECT = "project", "Proposed core project", "핵심 프로젝트 제안"


class Answer(Word):
    """What an answer to a submission says."""

    ADOPTED = "adopted", "Adopted", "수용"
    PARTLY = "partly", "Adopted in part", "일부 수용"
    DEFERRED = "deferred", "Deferred", "장기 검토"
    OUT_OF_SCOPE = "out-of-scope", "Out of scope", "소관 외"
    REJECTED = "rejected", "Rejected", "수용 곤란"


class Colour(Word):
    """Traffic lights as the government's own monitoring uses them; grey is never invented."""

    GREEN = "green", "On track", "정상"
    YELLOW = "yellow", "Slow", "주의"
    RED = "red", "Reconsider", "재검토"
    GREY = "grey", "Not reported", "미보고"


class Judge(Word):
    """Who says a light: the rule is computed, the two others are said and never merged with it."""

    RULE = "rule", "Rule", "규칙"
    OWNER = "owner", "Owner", "소관"
    REVIEWER = "reviewer", "Reviewer", "점검자"


class Opinion(Word):
    """A vote on a statement."""

    AGREE = "agree", "Agree", "찬성"
    DISAGREE = "disagree", "Disagree", "반대"
    PASS = "pass", "Pass", "유보"


class Ballot(Word):
    """A vote on a decision."""

    FOR = "for", "For", "찬성"
    AGAINST = "against", "Against", "반대"
    ABSTAIN = "abstain", "Abstain", "기권"


class Conclusion(Word):
    """What a review can decide."""

    CONTINUE = "continue", "Continue", "계속"
    ADD = "add", "Add tasks", "과제 추가"
    MERGE = "merge", "Merge", "통합"
    CLOSE = "close", "Close", "종료"


class Disclosure(Word):
    """Who may read a paper or minutes."""

    PUBLIC = "public", "Public", "공개"
    MEMBERS = "members", "Members of the task force", "TF 구성원"
    BODY = "body", "Closed: members of the body", "비공개: 해당 회의체"


class WithholdingGround(Word):
    """The eight grounds of article 9(1) of the Official Information Disclosure Act (정보공개법)."""

    SECRET_BY_LAW = "1", "Secret by another law", "다른 법률에 따른 비밀"
    SECURITY = "2", "National security, defence, unification, diplomacy", "국가안전보장·국방·통일·외교"
    SAFETY = "3", "Life, body, property of people", "국민의 생명·신체·재산 보호"
    PROCEEDINGS = "4", "Pending trial, crime prevention and investigation", "재판·수사 등"
    DELIBERATION = "5", "Decision-making in progress, audit, inspection, bids", "의사결정 과정·감사·입찰 등"
    PRIVACY = "6", "Personal information", "개인정보"
    TRADE_SECRET = "7", "Trade secrets of a company", "법인의 경영상·영업상 비밀"
    SPECULATION = "8", "Speculation in real estate and the like", "부동산 투기 등 우려"


class ErasureRule(Word):
    """Why personal fields are erased. The periods of the first two are in retention.toml."""

    MANDATE_ENDED = "mandate-ended", "Kept long enough after the last mandate", "마지막 위임 뒤 보존 기간 지남"
    ANSWERED = "answered", "Kept long enough after the last answer", "마지막 답변 뒤 보존 기간 지남"
    REQUESTED = "requested", "Asked for by the person concerned", "본인의 요청"


class Qualifier(Word):
    """How a target's number is meant."""

    EXACT = "exact", "", ""
    AT_LEAST = "at-least", "at least", "이상"


class Direction(Word):
    UP = "up", "More is better", "높을수록 좋음"
    DOWN = "down", "Less is better", "낮을수록 좋음"
