"""Erasure of personal fields: under a retention period, or because the person concerned asks for it.

What goes are the fields, and the salt of their digests in the journal; the rows, their place in the journal and every
count stay, and the journal verifies as before.
"""

from __future__ import annotations

from django.db.models import Q

from majung.taskforce.models import CalendarFeed, Mandate, Person, Programme, Submission, Tombstone
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.queries.retention import Expired, due, persons_due, submissions_due
from majung.taskforce.rules.words import ErasureRule


@operation("person.erase", en="Erase a person's data", ko="개인정보 파기")
def erase_person(act: Act, person: Person, *, rule: ErasureRule) -> None:
    """Erase name, address, the salt of their digests, the sign-in account and its calendar; post and mandates stay.

    An account that is also a person's of another programme stays.
    """
    if Mandate.objects.filter(Q(ends=None) | Q(ends__gte=act.day), person=person).exists():
        raise Invalid("a mandate has not ended yet", "끝나지 않은 위임이 있다")
    _justified(rule, persons_due(person.programme, act.day, person))
    feed = CalendarFeed.objects.filter(person=person, on=True).first()
    if feed is not None:
        feed.on = False
        feed.save()
    account, person.user = person.user, None
    person.name = person.email = ""
    _mark(act, person, rule)
    if account is not None and not account.persons.exists():
        account.delete()


@operation("submission.erase", en="Erase a submission's personal data", ko="수요의 개인정보 파기")
def erase_submission(act: Act, submission: Submission, *, rule: ErasureRule) -> None:
    """Erase submitter, contact, text and the salt of their digests; area, theme, instrument, the answers and the
    receipt stay."""
    if submission.state not in ("answered", "withdrawn", "merged"):
        raise Invalid("it is not answered yet", "아직 답변하지 않았다")
    _justified(rule, submissions_due(submission.programme, act.day, submission))
    submission.submitter = submission.contact = submission.text = submission.title = submission.private_lead = ""
    submission.person = None
    _mark(act, submission, rule)


@operation("retention.apply", en="Erase what is due", ko="기한이 된 개인정보 파기")
def apply(act: Act, programme: Programme) -> int:
    """Erase everything whose retention period is over on this day, each erasure journaled on its own; returns how many
    there were."""
    found = due(programme, act.day)
    for one in found:
        if isinstance(one.row, Person):
            erase_person(act, one.row, rule=one.period.rule)
        else:
            erase_submission(act, one.row, rule=one.period.rule)
    return len(found)


def _justified(rule: ErasureRule, expired: list[Expired]) -> None:
    """A period is named only where it is over. Raises Invalid."""
    if rule != ErasureRule.REQUESTED and rule not in {one.period.rule for one in expired}:
        raise Invalid("this retention period is not over on this day", "이 보존 기간이 아직 지나지 않았다")


def _mark(act: Act, row: Person | Submission, rule: ErasureRule) -> None:
    if row.erased_on is not None:
        raise Invalid("it is erased already", "이미 파기했다")
    row.salt, row.erased_on = "", act.day
    row.save()
    Tombstone.objects.create(table=str(row._meta.model_name), row=row.pk, erased=act.at, rule=rule)
