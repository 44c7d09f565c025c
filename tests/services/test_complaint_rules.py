"""The rules in force: every number of the day and the place, none of it typed (C06)."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pypdf
import pytest

from db.models import ParameterValue
from services import complaints, reports
from services.complaints import LACKS, ruling
from services.complaints.lacks import Lack
from services.core import clock, parameters
from services.core.errors import NotFound, NotPermitted
from services.core.run import fetch
from tests.dealer import Dealer

NOON = datetime(2026, 6, 8, 4, 0, tzinfo=UTC)
TODAY = date(2026, 6, 8)
ANSWER = "complaints.l1.answer"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def rules(
    dealer: Dealer, on: date | None = None, store: int | None = None, who: str = "service"
) -> reports.Sheet:
    return fetch(complaints.rules, dealer.caller(who), on, store, "en")


def decide(dealer: Dealer, key: str, value: str, on: date, store: int | None = None) -> None:
    dealer.add(
        ParameterValue(
            key=key,
            store_id=store,
            value=value,
            from_on=on,
            created_at=NOON,
            author_id=dealer.user_id("director"),
            reason="试行",
        )
    )


def answer_of_l1(sheet: reports.Sheet) -> str:
    lines = sheet.chapters[0].lines
    assert lines is not None
    return lines.rows[0][lines.header.index("First answer")]


def everything(sheet: reports.Sheet) -> str:
    said: list[str] = [sheet.about]
    for chapter in sheet.chapters:
        said += [chapter.title, *chapter.sentences]
        if chapter.lines is not None:
            said += [cell for row in chapter.lines.rows for cell in row]
    return "\n".join(said)


def test_as_delivered(dealer: Dealer):
    sheet = rules(dealer)
    assert answer_of_l1(sheet) == "4 working hours"
    assert sheet.about == "The whole group · as of 2026-06-08 · version as delivered"
    assert sheet.chapters[-1].sentences == ("Everything is as delivered",)


def test_what_holds_is_of_its_day(dealer: Dealer):
    decide(dealer, ANSWER, "300", date(2026, 6, 1))
    decide(dealer, ANSWER, "90", date(2026, 7, 1))
    told = {day: rules(dealer, day) for day in (date(2026, 5, 31), TODAY, date(2026, 7, 1))}
    assert [answer_of_l1(sheet) for sheet in told.values()] == [
        "4 working hours",
        "5 working hours",
        "90 working minutes",
    ]
    assert [sheet.about.rpartition(" · ")[2] for sheet in told.values()] == [
        "version as delivered",
        "version of 2026-06-01",
        "version of 2026-07-01",
    ]


def test_a_store_of_its_own_is_marked_with_since_when_and_by_whom(dealer: Dealer):
    decide(dealer, ANSWER, "300", date(2026, 5, 1))
    decide(dealer, ANSWER, "120", date(2026, 6, 1), store=1)
    here, there, group = (rules(dealer, TODAY, store) for store in (1, 2, None))
    assert answer_of_l1(here) == "2 working hours *"
    assert (answer_of_l1(there), answer_of_l1(group)) == ("5 working hours",) * 2
    [*_, decided] = here.chapters
    assert decided.lines is not None
    [row] = decided.lines.rows
    assert row[1:] == ("2 working hours *", "杭州西湖店", "2026-06-01", "director 某")
    [*_, decided] = group.chapters
    assert decided.lines is not None
    assert decided.lines.rows[0][2:] == ("The whole group", "2026-05-01", "director 某")


@pytest.mark.parametrize("key", ruling.KEYS)
def test_every_number_of_the_complaints_is_told(dealer: Dealer, key: str):
    """Whatever is decided can be read; a new parameter that is told nowhere fails here."""
    known = parameters.PARAMETERS[key]
    before = everything(rules(dealer)).split("\n")
    value = str(known.most if str(known.most) != str(known.default) else known.least)
    decide(dealer, key, value, TODAY)
    sheet = rules(dealer)
    after = everything(sheet).split("\n")
    told = everything(reports.Sheet("en", "", "", sheet.chapters[:-1])).split("\n")
    assert [line for line in told if line and line not in before], after


def test_what_must_be_there_before_closing_is_told_whole():
    told = {
        *ruling.OF_EACH,
        *ruling.OF_COMPLAINTS,
        *ruling.OF_HEAVY,
        *ruling.OF_MAJOR,
        *ruling.OF_UNJUSTIFIED,
    }
    assert told == {*Lack} == {*LACKS}


def test_who_may_see_complaints_may_read_them(dealer: Dealer):
    for who in ("director", "steward", "guest", "club", "sales2"):
        assert rules(dealer, TODAY, 1, who).chapters
    with pytest.raises(NotPermitted):
        rules(dealer, TODAY, 1, "admin")
    with pytest.raises(NotFound):
        rules(dealer, TODAY, 99)


def file(dealer: Dealer, *about: Any) -> Any:
    return fetch(complaints.rules_file, dealer.caller("service"), *about)


def test_on_paper(dealer: Dealer):
    decide(dealer, ANSWER, "120", date(2026, 6, 1), store=1)
    made = file(dealer, "2026-06-08", "1", "zh_CN")
    pages = pypdf.PdfReader(io.BytesIO(made.data)).pages
    said = "".join("".join(page.extract_text() for page in pages).split())
    assert made.name == "客户投诉处理管理办法 2026-06-08.pdf"
    assert "2工作小时*" in said
    assert "西湖店" in said
    width, height = (round(float(side)) for side in pages[0].mediabox[2:])
    assert (width, height) == (595, 842)


@pytest.mark.parametrize("about", [("2026-13-01", "1"), ("x", "1"), ("2026-06-08", "x"), ("", "")])
def test_nonsense_is_not_found(dealer: Dealer, about: tuple[str, str]):
    with pytest.raises(NotFound):
        file(dealer, *about)
