"""The building blocks: what they send, what they keep in the address, and how they look."""

import datetime as dt
import re
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import plotly.graph_objects as go
import pyarrow as pa
import pytest
import streamlit as st
from playwright.sync_api import Browser, Page, expect, sync_playwright
from streamlit.config import get_config_options
from streamlit.testing.v1 import AppTest

from db.models import Channel, Lifecycle, ValueClass
from pages.components import chart_look, charts, layout, tables
from pages.components.customers.colours import label_chip
from pages.components.layout import Chip, Tone
from pages.components.tables import Column, Kind
from services.customers.views import label_of
from tests import nasty
from tests.browser import launch, visitor

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "tests" / "pages" / "gallery.py"
MALICE = "**b** `c` $x$ :red[x] <b>&lt;i</b> [a](javascript:alert(1))"
"""What must be seen letter by letter; short, for it also stands in charts."""


# ---- values and cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (0, "0"),
        (True, "Yes"),
        (False, "No"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 1, 23, 5, tzinfo=dt.UTC), "2026-01-02 07:05"),
        (Channel.PHONE, "By phone"),
        ("*x*", "*x*"),
    ],
)
@pytest.mark.usefixtures("english")
def test_shown(value: object, text: str) -> None:
    assert layout.shown(value) == text


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.words.language", lambda: "en")


@pytest.mark.parametrize(
    ("lifecycle", "value_class", "text"),
    [
        (Lifecycle.LOST, ValueClass.IMPORTANT, "Lost"),
        (Lifecycle.POTENTIAL, ValueClass.IMPORTANT, "Potential"),
        (Lifecycle.EXISTING, ValueClass.IMPORTANT, "Important"),
        (Lifecycle.EXISTING, ValueClass.ORDINARY, "Existing"),
    ],
)
@pytest.mark.usefixtures("english")
def test_four_way_label(lifecycle: Lifecycle, value_class: ValueClass, text: str) -> None:
    assert label_chip(label_of(lifecycle, value_class)).text == text


def test_chip_is_escaped() -> None:
    assert Chip("a] :red[b", Tone.BAD).markdown() == r":red-badge[a\] \:red\[b]"


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    fen: int | None
    at: dt.datetime
    kinds: tuple[Channel, ...]
    link: str


ROW = Row(
    7,
    "*x*",
    12_345,
    dt.datetime(2026, 1, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))),
    (Channel.PHONE, Channel.VISIT),
    "/customers?id=7",
)
COLUMNS = [
    Column("name", "Name"),
    Column("fen", "Amount", Kind.MONEY),
    Column("at", "Time", Kind.MOMENT),
    Column("kinds", "Kinds", Kind.BADGE),
    Column("link", "Link", Kind.LINK),
]


@pytest.mark.usefixtures("english")
def test_cells_of_dataclass_and_tuple_are_the_same() -> None:
    row = {
        "name": ["*x*"],
        "fen": [123.45],
        "at": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)],
        "kinds": [["By phone", "Visit"]],
        "link": ["/customers?id=7"],
    }
    assert tables.arrow([ROW], COLUMNS).to_pydict() == row
    flat = (ROW.id, ROW.name, ROW.fen, ROW.at, ROW.kinds, ROW.link)
    assert tables.arrow([flat], COLUMNS).to_pydict() == row


def test_missing_cells_keep_their_type() -> None:
    table = tables.arrow([replace(ROW, fen=None, kinds=(), name="", link="")], COLUMNS)
    assert table.to_pydict()["fen"] == [None]
    assert table.to_pydict()["kinds"] == [[]]
    assert table.schema.field("fen").type == pa.float64()
    assert tables.arrow([], COLUMNS).schema == table.schema


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " javascript:x", "//evil/x", "data:text/html,x", "JaVaScRiPt:x", "x"],
)
def test_foreign_addresses_are_not_links(address: str) -> None:
    cell = tables.arrow([replace(ROW, link=address)], COLUMNS)["link"].to_pylist()
    assert cell == [None]


def test_lone_surrogate_is_sent_as_question_mark() -> None:
    assert tables.arrow([replace(ROW, name="a\ud800")], COLUMNS)["name"].to_pylist() == ["a?"]


def test_more_than_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="201 rows"):
        tables.rows_table([ROW] * 201, COLUMNS, key="t")


# ---- charts


def figures(label: str = "A") -> list[charts.Figure]:
    one = [charts.Series(label, [1, None, 2.5])]
    months = [dt.date(2026, month, 1) for month in (1, 2, 3)]
    names = [label, label, "B"]
    goal = charts.Target(label, 2)
    return [
        charts.line(months, one, target=goal),
        charts.line(names, one, share=True),
        charts.line([], [charts.Series(label, [])]),
        charts.bar(names, [*one, *one], target=goal),
        charts.lying(names, one, target=one[0], share=True),
        charts.lying([], []),
        charts.stacked(names, [*one, *one]),
        charts.pareto(names, [1, 5, 3], count_name=label, share_name=label),
        charts.pareto([], [], count_name=label, share_name=label),
        charts.heat(names, names, [[1, 0, 2]] * 3),
        charts.heat([], [], []),
        charts.flow([(label, "B", 2), ("B", label, 1)], source_name=label, target_name=label),
    ]


def test_figures_are_what_plotly_knows() -> None:
    for figure in figures():
        go.Figure(figure)


def test_names_and_labels_are_escaped_for_plotly() -> None:
    assert chart_look.safe("<b>&\nx") == "&lt;b&gt;&amp; x"
    for figure in figures("<a href='x'>"):
        assert "<a" not in repr(figure)


def test_pareto_ranks_and_marks_the_vital_few() -> None:
    figure = charts.pareto(
        ["few", "most", "some", "rare"], [15, 50, 31, 4], count_name="n", share_name="%"
    )
    bars, running = figure["data"]
    assert bars["customdata"] == ["most", "some", "few", "rare"]
    assert running["customdata"] == [0.5, 0.81, 0.96, 1.0]
    strong, weak = bars["marker"]["color"][0], bars["marker"]["color"][-1]
    assert bars["marker"]["color"] == [strong, strong, weak, weak]


def test_pareto_counts_those_that_it_leaves_out() -> None:
    figure = charts.pareto(["most", "some"], [5, 3], count_name="n", share_name="%", whole=10)
    assert figure["data"][1]["customdata"] == [0.5, 0.8]
    assert "shapes" not in figure["layout"]


LONG = [
    "Nobody told the customer that the part had to be ordered from the maker",
    "没有人告诉客户零件需要向厂家订购而且要等两个星期以上才能到货",
    "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
]


def beside(figure: charts.Figure) -> list[str]:
    return [each["text"].replace("<br>", "") for each in figure["layout"]["annotations"]]


@pytest.mark.parametrize("label", LONG)
def test_a_long_name_is_whole_and_lies(label: str) -> None:
    """On as many lines as it takes: none of them longer than a phone is wide."""
    whole = label.replace(" ", "")
    one = [charts.Series("n", [1.0])]
    for figure in (
        charts.lying([label], one),
        charts.pareto([label], [1], count_name="n", share_name="%"),
        charts.heat([label], ["E7"], [[1]]),
        charts.heat(["a"], [label], [[1]]),
    ):
        assert whole in [words.replace(" ", "") for words in beside(figure)]
        for each in figure["layout"]["annotations"]:
            assert "textangle" not in each
            for words in each["text"].split("<br>"):
                assert chart_look.wide(words) <= chart_look.LINE_OF_ROW


@pytest.mark.parametrize("label", [*LONG, "云岭 山行 X7 插混", "Passat Variant GTE"])
def test_a_name_above_a_column_stays_above_it(label: str) -> None:
    [words] = [
        each["text"]
        for each in charts.heat(["a"], [label], [[1]])["layout"]["annotations"]
        if each["xref"] == "x"
    ]
    assert max(map(chart_look.wide, words.split("<br>"))) <= chart_look.LONGEST_WORD


def test_no_mark_strikes_out_a_number() -> None:
    """A bar that ends just before its target: its number stands at the edge."""
    now = charts.Series("now", [0.874, None])
    goal = charts.Series("goal", [0.9, 0.8])
    bars, marks, numbers = charts.lying(["a", "b"], [now], target=goal, share=True)["data"]
    assert bars["textposition"] == "none"
    assert marks["x"] == [0.9, 0.9, None, 0.8, 0.8, None]
    assert (numbers["customdata"], len(numbers["x"])) == ([0.874], 1)
    assert numbers["x"][0] > 1


def test_heat_stands_below_its_names_and_leaves_nothing_unsaid() -> None:
    figure = charts.heat(["a", "b"], ["x", "y"], [[3, 0], [1, 2]])
    [cells] = figure["data"]
    assert cells["z"] == [[None, None], [3, 0], [None, None], [1, 2]]
    assert cells["text"][1] == ["3", ""]
    assert cells["hovertext"][3] == ["b<br>x<br>1", "b<br>y<br>2"]
    assert len(cells["y"]) == len(cells["z"]) + 1
    assert list(cells["y"]) == sorted(cells["y"])
    assert [cells["colorscale"][0][1], cells["colorscale"][-1][1]] == [
        chart_look.palette("light").scale[0],
        chart_look.palette("light").scale[-1],
    ]


def test_a_way_there_and_back_is_two_ways() -> None:
    figure = charts.flow([("a", "b", 5), ("b", "a", 2)], source_name="", target_name="")
    [data] = figure["data"]
    assert data["node"]["label"] == ["a 5", "b 2", "b 5", "a 2"]
    links = data["link"]
    assert list(zip(links["source"], links["target"], links["value"], strict=True)) == [
        (0, 2, 5),
        (1, 3, 2),
    ]


def test_labels_are_wrapped_evenly_and_cut() -> None:
    def ticks(*labels: str) -> list[str]:
        figure = charts.bar(labels, [charts.Series("n", [1.0] * len(labels))])
        return list(figure["layout"]["xaxis"]["ticktext"])

    assert ticks(*["维修质量"] * 8)[0] == "维修<br>质量"
    assert ticks("维修质量", "x")[0] == "维修质量"
    assert ticks(*["Repair quality"] * 8)[0] == "Repair<br>quality"
    assert ticks(*["很" * 90] * 3)[0].endswith("…")
    assert ticks("")[0] == ""


def test_palette_is_the_theme() -> None:
    for theme in ("light", "dark"):
        colours = st.get_option(f"theme.{theme}.chartCategoricalColors")
        assert list(chart_look.palette(theme).series) == colours
    assert chart_look.palette("light").text != chart_look.palette("dark").text


def test_locale_is_inline() -> None:
    words = chart_look.config("zh_CN")["locales"]["zh-CN"]["format"]
    assert words["months"][0] == "一月"
    assert words["days"][0] == "星期日"
    assert "locale" not in chart_look.config("en")


# ---- the address


def gallery(**address: str) -> AppTest:
    app = AppTest.from_file(str(GALLERY), default_timeout=20)
    for name, code in address.items():
        app.query_params[name] = code
    return app.run()


def said(app: AppTest, name: str) -> str:
    """A code of the address; the test driver gives a list or, once set by the app, a text."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[-1]


def filters(app: AppTest) -> str:
    (line,) = (text.value for text in app.text if text.value.startswith("filters="))
    return line


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_gallery_runs(language: str) -> None:
    app = gallery(lang=language)
    assert not app.exception
    assert len(app.markdown) >= 25


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_codes_in_the_address_work_in_both_languages(language: str) -> None:
    app = gallery(
        part="pickers",
        lang=language,
        lifecycle="lost",
        store="2",
        grain="w",
        state="open",
        period="2026-01-01..2026-02-01",
    )
    assert filters(app) == "filters=lost,2,2026-01-01,2026-02-01,w,['open']"


def test_nonsense_in_the_address_is_the_default() -> None:
    app = gallery(
        part="pickers",
        lifecycle="xx",
        store="99",
        grain="",
        state="x..y",
        period="2026-02-01..2026-01-01",
    )
    assert not app.exception
    assert filters(app) == "filters=None,None,2026-11-01,2026-11-21,m,[]"


def test_a_choice_goes_into_the_address_and_forgets_the_page() -> None:
    app = gallery(part="pickers", after="24")
    app.selectbox(key="lifecycle").set_value("lost").run()
    assert said(app, "lifecycle") == "lost"
    assert "after" not in app.query_params
    app.selectbox(key="store").set_value("2").run()
    app.date_input(key="period").set_value((dt.date(2026, 3, 1), dt.date(2026, 3, 2))).run()
    assert said(app, "period") == "2026-03-01..2026-03-02"
    assert filters(app) == "filters=lost,2,2026-03-01,2026-03-02,m,[]"


def test_back_in_the_browser_changes_the_filter() -> None:
    app = gallery(part="pickers", lifecycle="lost")
    app.query_params["lifecycle"] = "existing"
    app.run()
    assert filters(app).startswith("filters=existing,")


def test_searching_stays_out_of_the_address() -> None:
    app = gallery(part="pickers")
    app.text_input(key="q").set_value("13812345678").run()
    assert "searched=13812345678" in [text.value for text in app.text]
    assert "q" not in app.query_params


def test_pager_goes_forward_and_back() -> None:
    app = gallery(part="tables")
    assert app.button(key="after:back").disabled
    app.button(key="after:forward").click().run()
    app.button(key="after:forward").click().run()
    assert said(app, "after") == "24"
    app.button(key="after:back").click().run()
    assert said(app, "after") == "12"
    app.button(key="after:back").click().run()
    assert "after" not in app.query_params


def test_the_way_back_belongs_to_the_page_it_led_to() -> None:
    app = gallery(part="tables")
    app.button(key="after:forward").click().run()
    app.query_params["after"] = "36"
    app.run()
    app.button(key="after:back").click().run()
    assert "after" not in app.query_params


def test_pasted_page_goes_back_to_the_first() -> None:
    app = gallery(part="tables", after="36")
    assert app.button(key="after:forward").disabled
    app.button(key="after:back").click().run()
    assert "after" not in app.query_params


# ---- in a browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The gallery on a server of its own, with the product's configuration and static files."""
    place = tmp_path_factory.mktemp("gallery")
    (place / "static").symlink_to(ROOT / "static")
    (place / "app.py").write_text(f"import runpy\nrunpy.run_path({str(GALLERY)!r})\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(place / "app.py")]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (place / "log").open("w") as log:
        server = subprocess.Popen([*command, *options], cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert server.poll() is None, "the server went away"
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A stranger's server: its port and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def open_gallery(page: Page, address: str, texts: list[str], part: str = "") -> None:
    """Open it and wait for what it draws last."""
    wish = [("text", text) for text in texts] + [("lang", "en")]
    wish += [("part", part)] if part else []
    page.goto(address + "?" + urlencode(wish))
    last = {"charts": ".js-plotly-plot >> nth=5", "tables": "text=opened=None"}
    page.wait_for_selector(last.get(part, "text=searched="), state="attached", timeout=30_000)
    if part in ("", "charts"):
        expect(page.locator(".js-plotly-plot .legend").nth(2)).to_be_attached(timeout=30_000)
    if part in ("", "tables"):
        expect(page.locator("canvas table").nth(1)).to_be_attached(timeout=30_000)


def everything_said(page: Page) -> str:
    """All text of the page, also in charts and in the tables' text for screen readers."""
    said = page.evaluate(
        "[...document.querySelectorAll('input,textarea')].map(e => e.value + ' ' + e.placeholder)"
        ".concat(document.body.textContent).join(' ')"
    )
    return " ".join(str(said).split())


def test_hostile_text_calls_nobody_and_is_seen_as_it_is(browser: Browser, address: str) -> None:
    with listener() as (port, asked), visitor(browser, locale="en-US") as person:
        page = person.new_page()
        alarms: list[str] = []
        page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
        url = f"http://127.0.0.1:{port}/x"
        text = f"![]({url}) <img src={url}> {MALICE}"
        open_gallery(page, address, [text])
        page.get_by_role("button", name="Edit", exact=True).click()
        drawer = page.get_by_role("dialog")
        expect(drawer.get_by_text(text).first).to_be_visible()
        assert page.locator(f"[src*='{port}'], [href^='javascript']").count() == 0
        # A bare address becomes a link whatever is escaped; it may only lead where it says.
        links = page.locator(f"a[href*='{port}']")
        assert {link.inner_text() for link in links.all()} <= {url}
        assert page.locator(".katex").count() == 0
        for block in BLOCKS:
            words = [" ".join(each.split()) for each in page.locator(block).all_text_contents()]
            assert any(text in each for each in words), block
        assert (asked, alarms) == ([], [])
        page.evaluate("url => fetch(url, {mode: 'no-cors'})", url)
        assert asked == ["/x"], "the listener does not listen"


BLOCKS = [
    "h3",  # the person's name, with a chip
    "[data-testid=stCaptionContainer]",
    "[data-testid=stMetricValue]",
    "[data-testid=stTable] th, [data-testid=stTable] td:first-child",
    "[data-testid=stTable] td:last-child",
    "[data-testid=stMarkdownBadge], .stMarkdownBadge",
    "[data-testid=stMarkdown]",
    "canvas table td",
    ".js-plotly-plot .legendtext",
    "[data-testid=stWidgetLabel]",
    "[data-testid=stPills] button, [data-testid=stButtonGroup] button",
]


def test_every_markup_case_is_seen_as_it_is(browser: Browser, address: str) -> None:
    cases = nasty.cases("xss")
    assert len(cases) >= 25
    with visitor(browser, locale="en-US") as person:
        page = person.new_page()
        alarms: list[str] = []
        page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
        open_gallery(page, address, [case.text for case in cases])
        said = everything_said(page)
        missing = [case.id for case in cases if " ".join(case.text.split()) not in said]
        assert (missing, alarms) == ([], [])
        assert page.locator("base, object, details[ontoggle], [onclick], [onload]").count() == 0


def tick(page: Page, table: int, row: int) -> None:
    """Click the box at the left of a row, as it stands on the screen."""
    page.locator("[data-testid=stDataFrame]").nth(table).click(
        position={"x": 15, "y": 31 + row * 31 + 15}
    )


def click(page: Page, table: int, row: int) -> None:
    """Click into a row as a hand does: the canvas misses a click without a way and a while."""
    canvas = page.locator("[data-testid=stDataFrame]").nth(table)
    place = {"x": 60, "y": 31 + row * 31 + 15}
    canvas.hover(position=place)
    canvas.click(position=place, delay=60)


def test_the_chosen_row_is_the_one_clicked(browser: Browser, address: str) -> None:
    with visitor(browser, locale="en-US", viewport={"width": 1440, "height": 1000}) as person:
        page = person.new_page()
        open_gallery(page, address, [], "tables")
        tick(page, 0, 2)
        expect(page.get_by_text("chosen=2", exact=True)).to_be_visible()
        # Sorted by visits (0 to 8, then 0 to 2), the second row is number 9.
        page.locator("[data-testid=stDataFrame]").first.click(position={"x": 690, "y": 15})
        page.wait_for_timeout(300)  # the canvas says nothing when it has sorted
        tick(page, 0, 1)
        expect(page.get_by_text("chosen=9", exact=True)).to_be_visible()
        page.get_by_role("button", name="Next page").click()
        expect(page.get_by_text("chosen=None")).to_be_visible()
        tick(page, 0, 1)
        expect(page.get_by_text("chosen=13", exact=True)).to_be_visible()


def test_a_record_is_opened_once_per_click(browser: Browser, address: str) -> None:
    with visitor(browser, locale="en-US", viewport={"width": 1440, "height": 1200}) as person:
        page = person.new_page()
        open_gallery(page, address, [], "tables")
        for other in range(2):
            click(page, 1, 1)
            expect(page.get_by_text("opened=1", exact=True)).to_be_visible()
            tick(page, 0, other)
            expect(page.get_by_text("opened=None")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(browser: Browser, address: str, width: int) -> None:
    size = {"width": width, "height": 844}
    with visitor(browser, locale="zh-CN", viewport=size) as person:
        page = person.new_page()
        open_gallery(page, address, [])
        widest = page.evaluate(
            "(() => {const m = document.querySelector('[data-testid=stMain]');"
            "return m.scrollWidth - m.clientWidth})()"
        )
        assert widest <= 0


# ---- configuration and static files


def options(tree: dict[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from options(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_every_option_is_one_that_streamlit_knows() -> None:
    written = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    names = list(options(written))
    assert len(names) > 60
    known = set(get_config_options())
    assert [name for name in names if name not in known] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.address", "127.0.0.1"),
        ("server.enableAgentApi", False),
        ("server.enableXsrfProtection", True),
        ("browser.gatherUsageStats", False),
        ("client.showErrorDetails", "none"),
        ("client.toolbarMode", "viewer"),
        ("client.disableDataExport", True),
        ("runner.magicEnabled", False),
        ("runner.postScriptGC", False),  # not safety's wish, but each run's: up to half its cost
    ],
)
def test_what_safety_asks_of_the_configuration(option: str, value: object) -> None:
    assert st.get_option(option) == value


def test_drawings_hold_nothing_but_shapes() -> None:
    drawings = sorted((ROOT / "static").glob("*.svg"))
    assert [drawing.name for drawing in drawings] == ["icon.svg", "logo-zh.svg", "logo.svg"]
    for drawing in drawings:
        tags = set(re.findall(r"<(\w+)", drawing.read_text(encoding="utf-8")))
        assert tags <= {"svg", "rect", "circle", "path"}


def test_font_comes_with_its_licence() -> None:
    assert (ROOT / "static" / "inter-latin-wght.woff2").read_bytes()[:4] == b"wOF2"
    licence = (ROOT / "static" / "INTER-OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence.upper()
