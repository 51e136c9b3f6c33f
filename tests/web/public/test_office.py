"""Published papers as files: of the edition alone, with all that it holds and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from office_readers import READERS

from .building import SECRET, Published

FORMATS = sorted(READERS)


@pytest.mark.parametrize("end", FORMATS)
def test_minutes(client: Client, end: str) -> None:
    page = client.get("/test-2021/minutes/m1/").content.decode()
    address = f"/test-2021/minutes/m1/minutes.{end}"
    assert f'href="{address}"' in page
    answer = client.get(address)
    lines, tables = READERS[end](answer.content)
    assert lines[1] == "Minutes: meeting"
    assert "Decided <script>alert(1)</script> after a discussion." in lines
    facts, attendance, agenda, decision = tables
    assert dict(facts)["Approved"] == "Sat\u00a017\u00a0Apr\u00a02021"
    assert dict(facts)["Quorum"] == "met"
    assert attendance[1:] == [["chair", "Industry", "Present"], ["member", "Finance", "Present"]]
    assert agenda[1][:3] == ["1", "Robots on pavements", "Decide"]
    assert decision == [
        ["Decision 2021-04", "Pavements are opened step by step."],
        ["Basis", "charter 3"],
        ["Votes", "2 for, 0 against, 0 abstaining"],
    ]
    assert "2021-m1-minutes-en" in answer.headers["content-disposition"]


@pytest.mark.parametrize("end", FORMATS)
def test_an_announcement_in_the_wording_asked_for(client: Client, published: Published, end: str) -> None:
    address = f"/test-2021/announcements/robots/announcement.{end}"
    page = client.get("/test-2021/announcements/robots/?text=0").content.decode()
    assert f'href="{address}?text=0"' in page
    lines, tables = READERS[end](client.get(address, headers={"accept-language": "ko"}).content)
    assert lines[1] == "일상으로 들어오는 로봇"
    assert ["문안", "정정 1 기준"] in tables[0]
    pavement = next(dict(t) for t in tables if t[0] == ["대책", "배송로봇의 보도 통행 허용"])
    assert pavement["소관"] == "Industry"
    assert pavement["목표"].startswith("실외 배송로봇: 2023.\u00a012.\u00a031.(일)까지 1,200 대\n")
    assert pavement["근거"] == f"결정 2021-04: 보도를 단계적으로 엽니다. (charter 3)\n수치 {published.figure}"
    first, earlier = READERS[end](client.get(f"{address}?text=0", headers={"accept-language": "ko"}).content)
    assert first[1] == lines[1]
    assert ["문안", "발표한 그대로"] in earlier[0]
    for wish in ("9", "²", "-1", "9" * 5000):
        assert client.get(address, {"text": wish}).status_code == 200, wish


@pytest.mark.parametrize("end", FORMATS)
def test_what_is_not_published_is_not_there(client: Client, end: str) -> None:
    assert client.get(f"/test-2021/announcements/hidden/announcement.{end}").status_code == 404
    assert client.get(f"/test-2021/minutes/sm-hidden/minutes.{end}").status_code == 404
    lines, tables = READERS[end](client.get(f"/test-2021/minutes/m1/minutes.{end}").content)
    assert SECRET not in f"{lines} {tables}"
    assert client.get("/test-2021/minutes/m1/minutes.exe").status_code == 404
