"""Runs that the institution works with: asked for, taken in, adopted; judges' weights."""

from __future__ import annotations

from datetime import date
from typing import Any

from majung.methods.labelled import InputError
from majung.programme import ProgrammeError
from majung.taskforce.definitions import Asked, altered
from majung.taskforce.models import (
    Body,
    Comparison,
    CriteriaSet,
    Decision,
    Job,
    Panel,
    Programme,
    ProgrammeFile,
    RunRecord,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.operations.numbering import following
from majung.taskforce.queries.runs import in_force
from majung.taskforce.queries.weights import MOST_ITEMS, consistency, panel_weights
from majung.taskforce.rules.words import Text


@operation("run.ask", en="Ask for a run", ko="분석 실행 요청")
def ask(
    act: Act,
    programme: Programme,
    *,
    criteria_set: CriteriaSet | None = None,
    panel: Panel | None = None,
    without_inconsistent: bool = False,
    criteria: list[dict[str, Any]] | None = None,
    budgets: dict[str, float] | None = None,
    beside: RunRecord | None = None,
) -> Job:
    """Queue a run of the programme as it is defined now, or with other weights (those of a criteria set, of a panel's
    judges as they stand, or as given: one of the three) or with other yearly budgets. What differs from the definitions
    stays with the run, with who asked for it and beside which run it was looked at (the one in force unless another is
    named); nothing is adopted by it."""
    if sum(given is not None for given in (criteria_set, panel, criteria)) > 1:
        raise Invalid("name one source of the weights", "가중치의 출처를 하나만 고른다")
    if panel is not None:
        criteria = _panel_criteria(panel, "judgments", without_inconsistent)
    if criteria is not None:
        _check_criteria(criteria)
        _check_sum(criteria)
    if budgets is not None and not all(0 <= amount < float("inf") for amount in budgets.values()):
        raise Invalid("a budget is an amount of zero or more", "예산은 0 이상의 금액으로 적는다")
    _check_fits(programme, criteria, budgets)
    return Job.objects.create(
        programme=programme,
        kind="run",
        arguments={
            "criteria_set": criteria_set.number if criteria_set else None,
            "criteria": criteria,
            "panel": panel.key if panel else None,
            "budgets": budgets,
            "beside": beside.key if (beside := beside or in_force(programme)) else None,
        },
        asked_by=act.person,
        asked_at=act.at,
    )


def _check_fits(programme: Programme, criteria: list[dict[str, Any]] | None, budgets: dict[str, float] | None) -> None:
    """Whether the programme's charter can be changed so; asked here, not when the run has waited. Raises Invalid."""
    charter = ProgrammeFile.objects.filter(programme=programme, path="programme.toml").first()
    if charter is None or (criteria is None and budgets is None):
        return
    try:
        altered(charter.text, Asked({"ko": "", "en": ""}, date.min, ""), criteria, budgets)
    except ProgrammeError as error:
        raise Invalid(error.said["en"], f"프로그램의 정의와 맞지 않는다: {error.said['ko']}") from error


@operation("run.cancel", en="Cancel a run", ko="분석 실행 취소")
def cancel(act: Act, programme: Programme, *, job: Job) -> None:
    """Ask the worker to stop before its next stage; a run that waits is taken off the queue at once."""
    if job.state not in ("queued", "running"):
        raise Invalid("this job has ended", "이미 끝난 작업이다")
    waiting = Job.objects.filter(pk=job.pk, state="queued")
    if not waiting.update(state="cancelled", cancel=True, ended=act.at):
        Job.objects.filter(pk=job.pk, state="running").update(cancel=True)


@operation("run.take_in", en="Take in a run", ko="분석 결과 등록")
def take_in(
    act: Act,
    programme: Programme,
    *,
    key: str,
    manifest: dict[str, Any],
    criteria_set: CriteriaSet | None = None,
    changes: dict[str, Any] | None = None,
    job: Job | None = None,
) -> RunRecord:
    """Register a kept run by its manifest; its tables stay in the runs folder, its digest is what counts here. changes:
    what it was asked with instead of the definitions."""
    digest, mode, cut = manifest.get("digest"), manifest.get("mode"), manifest.get("cut_year")
    if not (isinstance(digest, str) and isinstance(mode, str) and isinstance(cut, int) and manifest.get("id") == key):
        raise Invalid(
            "this is no manifest of that run: id, digest, mode and cut_year stand in manifest.json",
            "이 분석의 manifest.json이 아니다(id, digest, mode, cut_year)",
        )
    known = RunRecord.objects.filter(programme=programme, key=key).first()
    if known is not None:
        if known.digest != digest:
            raise Invalid(
                f"run {key} is registered with another digest: the kept run was altered",
                f"분석 {key}의 다이제스트가 등록된 것과 다르다",
            )
        if known.manifest.get("files") != manifest.get("files"):
            # The same numbers computed anew and kept by other libraries: other files, which are now the ones to check.
            known.manifest = manifest
            known.save()
        return known
    record = RunRecord(
        programme=programme,
        key=key,
        digest=digest,
        manifest=manifest,
        mode=mode,
        cut_year=cut,
        criteria_set=criteria_set,
        changes=changes or {},
        job=job,
    )
    record.save()
    return record


@operation("criteria.adopt", en="Adopt a version of the criteria", ko="기준·가중치 채택")
def adopt_criteria(
    act: Act,
    programme: Programme,
    *,
    criteria: list[dict[str, Any]],
    origin: Text,
    panel: Panel | None = None,
    decision: Decision | None = None,
) -> CriteriaSet:
    """A new version of the weights: [{id, weight, low, high}], weights summing to 1."""
    _check_criteria(criteria)
    _check_sum(criteria)
    adopted = CriteriaSet(
        programme=programme,
        number=following(programme.criteria_sets.all()),
        criteria=criteria,
        origin=origin,
        panel=panel,
        decision=decision,
    )
    adopted.save()
    return adopted


@operation("criteria.adopt_panel", en="Adopt the weights of a panel", ko="조사 결과를 가중치로 채택")
def adopt_panel(
    act: Act,
    programme: Programme,
    *,
    panel: Panel,
    aggregation: str = "judgments",
    without_inconsistent: bool = False,
    decision: Decision | None = None,
) -> CriteriaSet:
    """A new version of the weights, computed here from the closed panel's comparisons, not from numbers typed in. The
    interval of each weight is the judges' quartiles, widened to hold the weight."""
    if panel.state != "closed":
        raise Invalid("close the panel first", "먼저 조사를 마감한다")
    criteria, result = _panel_criteria(panel, aggregation, without_inconsistent), panel_weights(panel)
    count, left_out = len(result.judges), sum(j.inconsistent for j in result.judges) if without_inconsistent else 0
    adopted = CriteriaSet(
        programme=programme,
        number=following(programme.criteria_sets.all()),
        criteria=criteria,
        origin={
            "en": f"Panel {panel.key}: {count} judges, {left_out} left out as inconsistent, {aggregation}",
            "ko": f"조사 {panel.key}: 평가자 {count}명, 비일관 제외 {left_out}명, {aggregation}",
        },
        panel=panel,
        decision=decision,
    )
    adopted.save()
    return adopted


def _panel_criteria(panel: Panel, aggregation: str, without_inconsistent: bool) -> list[dict[str, Any]]:
    """The group's weights with the judges' quartiles, widened to hold the weight. Raises Invalid if there are none."""
    try:
        result = panel_weights(panel)
        group = result.group(aggregation)
    except InputError as error:
        raise Invalid(str(error), f"이 조사로는 가중치를 낼 수 없다: {error}") from error
    weights = group.without_inconsistent if without_inconsistent else group.weights
    if weights is None:
        raise Invalid("every judge is inconsistent: nobody is left", "모든 평가자가 비일관적이어서 남는 사람이 없다")
    return [
        {
            "id": item,
            "weight": weights[item],
            "low": min(result.quartiles[item][0], weights[item]),
            "high": max(result.quartiles[item][2], weights[item]),
        }
        for item in result.items
    ]


def _check_sum(criteria: list[dict[str, Any]]) -> None:
    total = sum(float(entry["weight"]) for entry in criteria)
    if abs(total - 1) > 1e-6:
        raise Invalid(f"weights sum to {total:.6g}, not to 1", f"가중치의 합이 {total:.6g}이다. 1이어야 한다")


def _check_criteria(criteria: list[dict[str, Any]]) -> None:
    """Each entry: a known name once, low <= weight <= high within [0, 1]. Raises Invalid."""
    names = []
    for entry in criteria:
        numbers: list[Any] = [entry.get(part) for part in ("low", "weight", "high")]
        plain = all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
        if not isinstance(entry.get("id"), str) or not plain or not 0 <= numbers[0] <= numbers[1] <= numbers[2] <= 1:
            raise Invalid(
                "each criterion has id, low, weight, high with 0 ≤ low ≤ weight ≤ high ≤ 1",
                "기준마다 id, low, weight, high를 적고 0 ≤ low ≤ weight ≤ high ≤ 1이어야 한다",
            )
        names.append(entry["id"])
    if len(set(names)) != len(names):
        raise Invalid("a criterion is given twice", "같은 기준이 두 번 나온다")


@operation("panel.open", en="Ask judges for weights", ko="가중치 조사 개시")
def open_panel(
    act: Act, body: Body, *, key: str, question: Text, items: list[str], closes: date | None = None
) -> Panel:
    if not 2 <= len(items) <= MOST_ITEMS or len(set(items)) != len(items):
        raise Invalid(
            f"from two to {MOST_ITEMS} different items are compared", f"서로 다른 항목 2~{MOST_ITEMS}개를 비교한다"
        )
    panel = Panel(
        programme=body.programme, key=key, body=body, question=question, items=items, opened=act.day, closes=closes
    )
    panel.save()
    return panel


@operation("panel.compare", en="Give pairwise comparisons", ko="쌍대비교 입력")
def compare(act: Act, panel: Panel, *, matrix: dict[str, float]) -> Comparison:
    """A judge's comparisons: {"a/b": how many times a matters more than b}, each pair once, any number of pairs that
    connects the items. A later entry of the same judge replaces the earlier one; none is dropped for inconsistency."""
    if panel.state != "open":
        raise Invalid("this panel is closed", "마감된 조사다")
    if act.person is None:
        raise Invalid("only a judge compares", "평가자만 입력한다")
    try:
        ratio = consistency(panel.items, matrix)
    except InputError as error:
        raise Invalid(str(error), str(error)) from error
    comparison = Comparison(
        panel=panel,
        judge=act.person,
        number=following(panel.comparisons.filter(judge=act.person)),
        matrix=matrix,
        consistency_ratio=ratio,
    )
    comparison.save()
    return comparison


@operation("panel.close", en="Close the panel", ko="가중치 조사 마감")
def close_panel(act: Act, panel: Panel) -> None:
    """No more comparisons."""
