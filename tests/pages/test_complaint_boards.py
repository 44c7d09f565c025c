"""The boards beside the ledger, and the ledger's way out as a file."""

from datetime import timedelta

import pytest

from db.models import ComplaintEvent, Department, EventKind, Severity, Stage, WaitingFor
from pages.components.complaints.figures import TILES
from pages.components.words import plain
from services.core import clock
from tests.dealer import Dealer
from tests.nasty import case
from tests.pages.visit import texts, visit
from tests.services.complaint_deeds import FRIDAY, heading, laid

PAGE = "care/complaints.py"


@pytest.fixture(autouse=True)
def on_a_friday_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)


def links(app) -> list[str]:
    return [each.proto.url for each in app.get("link_button")]


@pytest.mark.parametrize(
    ("view", "language", "empty"),
    [
        ("departments", "en", "Nothing is open"),
        ("departments", "zh_CN", "没有未结案的投诉"),
        ("causes", "en", "No complaint came in during this time"),
        ("causes", "zh_CN", "这段时间没有投诉"),
    ],
)
@pytest.mark.parametrize("who", ["director", "sales", "club"])
def test_an_empty_board_says_so(dealer: Dealer, who: str, view: str, language: str, empty: str):
    app = visit(dealer, who, PAGE, language=language, view=view)
    assert not app.exception
    assert empty in texts(app)


@pytest.mark.parametrize("view", ["departments", "causes"])
def test_whoever_sees_single_cases_only_has_no_boards_of_them(dealer: Dealer, view: str):
    app = visit(dealer, "guest", PAGE, language="en", view=view)
    assert not app.exception
    assert "What you are asked about will stand here" in texts(app)
    assert "Every complaint has been answered" not in texts(app)


def test_the_departments_with_late_ones_come_first(dealer: Dealer):
    laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002", waiting_for=WaitingFor.CUSTOMER)
    laid(
        dealer,
        "TS-202606-0003",
        department=Department.PARTS,
        next_due_at=FRIDAY - timedelta(hours=1),
    )
    app = visit(dealer, "manager", PAGE, language="en", view="departments")
    assert not app.exception
    departments, people = (each.value for each in app.dataframe)
    assert departments["department"].tolist() == ["Parts", "Service"]
    assert departments["open"].tolist() == [1, 2]
    assert [list(each) for each in departments["late"]] == [["1"], []]
    assert [list(each) for each in departments["waiting"]] == [[], ["1"]]
    assert people[["took", "handles"]].to_numpy().tolist() == [[3, 3]]


def test_a_level_narrows_the_board(dealer: Dealer):
    laid(dealer, "TS-202606-0001", severity=Severity.L1)
    laid(dealer, "TS-202606-0002", severity=Severity.L3)
    app = visit(dealer, "manager", PAGE, language="en", view="departments", level="l3")
    assert app.dataframe[0].value["open"].tolist() == [1]


def test_a_department_opens_its_list(dealer: Dealer):
    laid(dealer, "TS-202606-0001", department=Department.PARTS)
    laid(dealer, "TS-202606-0002")
    app = visit(dealer, "manager", PAGE, language="en", view="departments")
    app.session_state["complaints:departments:picked"] = "parts"
    app.run()
    assert (app.query_params["part"], app.query_params["department"]) == ("open", "parts")
    assert app.dataframe[0].value["number"].tolist() == ["TS-202606-0001"]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Not found yet", "People", "\u2003\u2003Lack of skill"]),
        ("zh_CN", ["原因未查明", "人员", "\u2003\u2003技能不足"]),
    ],
)
def test_causes_stand_below_what_they_belong_to(dealer: Dealer, language: str, names: list[str]):
    laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002", cause_id=heading(dealer, "people.skill"))
    app = visit(dealer, "manager", PAGE, language=language, view="causes")
    assert not app.exception
    [table] = app.dataframe
    assert table.value["name"].tolist() == names
    assert table.value["share"].tolist() == [0.5, 0.5, 0.5]
    assert "own" not in table.value


def test_what_is_sorted_no_further_has_a_column(dealer: Dealer):
    for serial, code in enumerate(("service.repair", "service.repair.repeat"), start=1):
        laid(dealer, f"TS-202606-{serial:04d}", category_id=heading(dealer, code))
    app = visit(dealer, "manager", PAGE, language="en", view="causes", tree="category")
    table = app.dataframe[0].value
    assert table["own"].fillna(0).tolist() == [0, 1, 0]


def test_a_period_without_complaints(dealer: Dealer):
    laid(dealer)
    period = "2026-01-01..2026-02-01"
    app = visit(dealer, "manager", PAGE, language="en", view="causes", received=period)
    assert "No complaint came in during this time" in texts(app)


@pytest.mark.parametrize("view", ["departments", "causes"])
@pytest.mark.parametrize("id_", ["N001", "N039", "N097", "N121", "N149", "N207"])
def test_nonsense_in_a_board_s_address_is_no_trouble(dealer: Dealer, id_: str, view: str):
    laid(dealer)
    text = case(id_).text
    told = {"tree": text, "received": f"{text}..2026-01-01", "store": text, "level": text}
    app = visit(dealer, "director", PAGE, language="en", view=view, **told)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("received", ["0001-01-01..9999-12-31", "2026-06-05..0001-01-01"])
def test_the_ends_of_time(dealer: Dealer, received: str):
    laid(dealer)
    app = visit(dealer, "manager", PAGE, language="en", view="causes", received=received)
    assert not app.exception
    assert not app.error
    assert len(app.dataframe) == 1


@pytest.mark.parametrize(
    ("narrowed", "asked"),
    [
        ({"view": "ledger"}, ""),
        ({"view": "wall"}, "part=open&"),
        ({"view": "ledger", "part": "open", "level": "l2"}, "part=open&severity=l2&"),
        ({"view": "ledger", "department": "service"}, "department=service&"),
    ],
)
def test_the_file_is_asked_for_as_the_list_is_narrowed(
    dealer: Dealer, narrowed: dict[str, str], asked: str
):
    laid(dealer)
    app = visit(dealer, "manager", PAGE, **narrowed)
    assert links(app) == [f"/files/complaints/ledger.xlsx?{asked}language=zh_CN"]


def test_what_was_typed_goes_along_only_as_a_number(dealer: Dealer):
    laid(dealer, person="王先生")
    app = visit(dealer, "manager", PAGE, language="en", view="ledger")
    app.text_input[0].set_value("2026").run()
    assert links(app) == ["/files/complaints/ledger.xlsx?number=2026&language=en"]
    app.text_input[0].set_value("王").run()
    assert len(app.dataframe[0].value) == 1
    assert links(app) == []


@pytest.mark.parametrize("who", ["service", "club_manager"])
def test_whoever_may_not_take_it_along_finds_no_button(dealer: Dealer, who: str):
    laid(dealer)
    assert links(visit(dealer, who, PAGE, language="en", view="ledger")) == []


# ---- figures


def test_figures_say_what_they_are_made_of(dealer: Dealer):
    laid(dealer, "TS-202606-0001")
    laid(dealer, "TS-202606-0002", department=Department.PARTS)
    app = visit(dealer, "manager", PAGE, language="en", view="figures")
    assert not app.exception
    said = {each.label: each.value for each in app.metric}
    assert said["Open complaints"] == "2 cases"
    assert said["Clocks kept"] == "–"
    notes = {each.label: each.help for each in app.button}
    assert "every 1,000 repair orders" in notes["Complaint rate"]
    assert "2 are open, 0 of them for 15 days and more" in texts(app)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("during", ["", "2026-01-01..2026-01-31", "1900-01-01..2100-12-31"])
def test_figures_of_nothing_are_none(dealer: Dealer, during: str, language: str):
    app = visit(dealer, "director", PAGE, language=language, view="figures", during=during)
    assert not app.exception
    assert [each.value for each in app.metric][:2] == ["–", "–"]


def test_a_guest_sees_no_figures(dealer: Dealer):
    app = visit(dealer, "guest", PAGE, language="en", view="figures")
    assert not app.exception
    assert not app.metric


def open_tile(app, code: str):
    return app.button(key=f"complaints:figures:{code}").click().run()


def closed_of(dealer: Dealer, count: int) -> None:
    """Closed, one of them with somebody else's answer."""
    for serial in range(1, count + 1):
        number = f"TS-202606-{serial:04d}"
        laid(dealer, number, stage=Stage.CLOSED, closed_at=FRIDAY)
        begun = dealer.rows(ComplaintEvent)[-1].model_dump(exclude={"id", "seq", "kind", "at"})
        kinds = (EventKind.REPLIED, EventKind.CLOSED)
        who = dealer.user_id("sales" if serial == 1 else "service")
        for seq, kind in enumerate(kinds, start=2):
            dealer.add(ComplaintEvent(**begun | {"actor_id": who}, seq=seq, kind=kind, at=FRIDAY))


@pytest.mark.parametrize(
    ("language", "yes", "no", "says"),
    [
        ("en", "Yes", "No", "Of those closed, those whose last answer"),
        ("zh_CN", "是", "否", "件投诉，最新的在前"),
    ],
)
def test_a_tile_opens_the_complaints_that_make_it(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch, language: str, yes: str, no: str, says: str
):
    closed_of(dealer, 3)
    monkeypatch.setattr(clock, "now", lambda: FRIDAY + timedelta(minutes=5))
    app = visit(dealer, "manager", PAGE, language=language, view="figures")
    tile = app.metric[TILES.index("FIRST")]
    assert tile.value == plain("66.7 %")
    app = open_tile(app, "FIRST")
    assert not app.exception
    assert says in texts(app)
    counted = app.dataframe[0].value
    assert counted["number"].tolist() == [f"TS-202606-000{n}" for n in (3, 2, 1)]
    assert counted["counted"].tolist() == [yes, yes, no]
    facts = {key: value for table in app.table for key, value in table.value.iloc[:, -1].items()}
    assert list(facts.values())[1:4] == [plain("90 %"), "2", "3"]
    assert plain("90 %") in texts(app)


def test_a_row_behind_a_tile_opens_its_case(dealer: Dealer):
    key = laid(dealer)
    app = visit(dealer, "manager", PAGE, language="en", view="figures")
    today = clock.today()
    since = today - timedelta(days=29)
    app.session_state[f"complaints:behind:BACKLOG:{since}:{today}:None:1:picked"] = key
    app = open_tile(app, "BACKLOG")
    assert not app.exception
    assert app.query_params["id"] in (str(key), [str(key)])


def test_nothing_stands_behind_a_figure_of_nothing(dealer: Dealer):
    app = open_tile(visit(dealer, "manager", PAGE, language="en", view="figures"), "FCR")
    assert not app.exception
    assert "Nothing is behind this figure" in texts(app)


@pytest.mark.parametrize(
    ("language", "empty"),
    [
        ("en", ["No complaint was handed over in this time", "No cause is known of any car"]),
        ("zh_CN", ["这段时间没有投诉转交部门", "没有同时查明原因和车型的投诉"]),
    ],
)
def test_charts_of_two_things_say_when_there_is_nothing(
    dealer: Dealer, language: str, empty: list[str]
):
    app = visit(dealer, "manager", PAGE, language=language, view="figures")
    assert [words for words in empty if words not in texts(app)] == []


def test_charts_of_two_things_say_what_stands_out(dealer: Dealer):
    owner = dealer.customer()
    car = dealer.vehicle(owner, model="E7")
    laid(dealer, cause_id=heading(dealer, "people.skill"), vehicle_id=car)
    begun = dealer.rows(ComplaintEvent)[-1].model_dump(exclude={"id", "seq", "kind", "department"})
    handed = begun | {"kind": EventKind.TRANSFERRED, "department": Department.PARTS}
    dealer.add(ComplaintEvent(**handed, seq=2))
    app = visit(dealer, "manager", PAGE, language="en", view="figures")
    assert not app.exception
    said = texts(app)
    assert "No cause stands out with any car beyond what chance makes" in said
    assert "Service hands most to Parts" in said
