"""Decks: opened again, they hold what was given, fit their boxes and are the same every time."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import cffi
import openpyxl
import pptx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml.ns import qn

from services import reports
from services.core.words import translate
from services.reports import layout, measuring
from services.reports.markup import html
from services.reports.paper import _fetch_nothing
from services.reports.shapes import Box, Graph, Grid, Words
from tests.house import ROOT

CHINA = timezone(timedelta(hours=8))
FOOTER = reports.Footer("2026 年 11 月", datetime(2026, 12, 1, 8, 30, tzinfo=CHINA), "西湖店")
MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")
CONTROL = reports.ControlChart(
    MONTHS,
    reports.Series("每千台次投诉", (22.8, 15.2, None, 14.5)),
    centre=(14.9,) * 4,
    lower=(9.4, 9.1, 9.5, 9.4),
    upper=(20.1, 20.4, 20.0, 20.1),
)
PARETO = reports.Pareto(
    tuple(f"原因 {at}" for at in range(12)),
    reports.Series("件数", tuple(float(at) for at in range(12))),
    "其余原因",
)
BULLETS = reports.Bullets(
    ("受理确认", "首次答复", "处理方案", "结案"),
    reports.Series("及时率", (0.984, 0.967, 0.931, 0.881)),
    reports.Series("目标", (0.95, 0.95, 0.95, None)),
)
STACK = reports.Columns(
    ("售后服务部", "销售部"),
    (reports.Series("0–1 天", (5, 3)), reports.Series("15 天以上", (1, 0))),
    is_stacked=True,
)
TABLE = reports.Table(
    ("部门", "受理"), (("售后", "17"), ("合计", "17")), frozenset({1}), is_summed=True
)
BETTER, WORSE = reports.Comparison("-7", "good"), reports.Comparison("+4", "bad")
TILE = reports.Tile("受理投诉", "2", BETTER, WORSE, 4210, "样本少")
CASE = reports.Case("漆面划痕", ("TS-202611-0017", "二级"), "经过", "原因", "措施", "结果")
NASTY = (
    "\x00\x01\x0b控制\x1f字符\ud800",
    "<script>alert('x')</script> & <b>粗</b>",
    "长" * 10_000,
    "w" * 10_000,
    "=SUM(A1:A9) 🚗👨‍👩‍👧 \u202eabc",
    "",
    "\n\n 两行\n文字 \t",
)


def deck(*slides: reports.Slide, **about: Any) -> reports.Deck:
    words = {
        "title": "十一月投诉月报",
        "subtitle": "月度例会",
        "footer": FOOTER,
        "language": "zh_CN",
    }
    return reports.Deck(slides=slides, **words | about)


WHOLE = deck(
    reports.Cover(),
    reports.Tiles("指标", (TILE,) * 8, "一句话"),
    reports.ChartSlide("控制图", "八月超出上限。", CONTROL),
    reports.ChartSlide("原因", "少数原因占多数。", PARETO),
    reports.ChartSlide("时效", "结案未达标。", BULLETS, TABLE),
    reports.ChartSlide("账龄", "", STACK),
    reports.TableSlide("部门", TABLE, "合计 17 件。"),
    reports.CasesSlide("案例", (CASE, CASE)),
    reports.TextSlide("点评", ("一。", "二。")),
    signature=reports.Signature("总监签字", "张敏", "2026-12-03 16:40"),
)


def opened(made: reports.Deck) -> Any:
    return pptx.Presentation(io.BytesIO(reports.pptx(made)))


def chart_of(chart: reports.Chart, **about: Any) -> Any:
    [slide] = opened(deck(reports.ChartSlide("图", "说明", chart), **about)).slides
    [found] = [shape.chart for shape in slide.shapes if shape.has_chart]
    return found


def series_of(chart: Any) -> dict[str, tuple[float | None, ...]]:
    return {one.name: tuple(one.values) for drawn in chart.plots for one in drawn.series}


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def shown(chart: reports.Chart) -> list[str]:
    [page] = layout.pages(deck(reports.ChartSlide("图", "", chart)))
    return [shape.words.text for shape in page.shapes if isinstance(shape, Words)]


# ---- what is in it


def test_each_slide_says_its_title_its_period_and_its_number():
    show = opened(WHOLE)
    slides = list(show.slides)
    assert (show.slide_width / show.slide_height, len(slides)) == (pytest.approx(16 / 9), 10)
    assert [slide.shapes.title.text_frame.text for slide in slides] == [
        "十一月投诉月报", "指标", "控制图", "原因", "时效", "账龄", "部门", "案例 (1/2)",
        "案例 (2/2)", "点评",
    ]  # fmt: skip
    for number, slide in enumerate(slides, 1):
        assert "西湖店 · 2026 年 11 月 · 数据冻结于 2026-12-01 08:30" in texts(slide)
        [field] = slide.element.iter(qn("a:fld"))
        assert (field.get("type"), field.find(qn("a:t")).text) == ("slidenum", str(number))
    signed = [("总监签字" in texts(slide), "张敏" in texts(slide)) for slide in slides]
    assert signed == [(False, False)] * 9 + [(True, True)]
    assert not any(shape.shape_type == 13 for slide in slides for shape in slide.shapes)


def test_a_control_chart_marks_what_is_outside():
    chart = chart_of(CONTROL)
    assert series_of(chart) == {
        "中心线": CONTROL.centre,
        "控制上限": CONTROL.upper,
        "控制下限": CONTROL.lower,
        "每千台次投诉": CONTROL.rate.values,
        "超出界限": (22.8, None, None, None),
    }
    calm = replace(CONTROL, rate=reports.Series("每千台次投诉", (15.0,) * 4))
    assert "超出界限" not in series_of(chart_of(calm))


def test_a_pareto_chart_sorts_sums_up_and_has_its_shares_on_an_axis_of_their_own():
    chart = chart_of(PARETO)
    counts, shares = series_of(chart).values()
    # Of the 66 the ten most frequent stand alone; the one that is left has the rest's name.
    assert counts == (11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    assert shares == pytest.approx([11 / 66, 21 / 66, 30 / 66, 38 / 66, 45 / 66, 51 / 66, 56 / 66,
                                    60 / 66, 63 / 66, 65 / 66, 1])  # fmt: skip
    assert list(chart.plots[0].categories)[-1] == "其余原因"
    bars, lines = (
        {axis.get("val") for axis in chart._chartSpace.iter(qn(f"c:{kind}")) for axis in
         axis.findall(qn("c:axId"))}
        for kind in ("barChart", "lineChart")
    )  # fmt: skip
    axes = {axis.find(qn("c:axId")).get("val") for axis in chart._chartSpace.iter(qn("c:valAx"))}
    assert not bars & lines
    assert len(axes) == 2


def test_bullets_stand_beside_their_targets_and_stacks_upon_each_other():
    assert series_of(chart_of(BULLETS)) == {
        "及时率": BULLETS.shares.values,
        "目标": BULLETS.targets.values,
    }
    stack = chart_of(STACK)
    assert stack.chart_type == XL_CHART_TYPE.COLUMN_STACKED
    assert series_of(stack) == {"0–1 天": (5, 3), "15 天以上": (1, 0)}


def test_a_chart_can_be_edited_for_its_workbook_holds_the_numbers():
    book = chart_of(BULLETS).part.chart_workbook.xlsx_part.blob
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).active.values)
    assert rows[0][1:] == ("及时率", "目标")
    assert rows[4] == ("结案", 0.881, None)


def test_a_name_is_no_formula_in_the_workbook_of_a_chart():
    name = '=HYPERLINK("https://example.com","x")'
    chart = chart_of(reports.Columns((name, "b"), (reports.Series("=1+1", (1, 2)),)))
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert book.active["B1"].value == "=1+1"
    assert book.active["A2"].value.startswith("=HYPER")


def test_the_words_of_the_maker_are_in_the_reader_s_language():
    english = texts(opened(replace(WHOLE, language="en")).slides[7])
    assert "What went wrong" in english
    assert "事情经过" in texts(opened(WHOLE).slides[7])
    assert "Upper limit" in series_of(chart_of(CONTROL, language="en"))


def test_chinese_has_a_font_of_its_own():
    show = opened(WHOLE)
    for slide in show.slides:
        for run in slide.element.iter(qn("a:r")):
            properties = run.find(qn("a:rPr"))
            assert properties.find(qn("a:ea")).get("typeface") == "Microsoft YaHei"
            assert properties.find(qn("a:latin")).get("typeface") == "Arial"
            assert properties.get("lang") == "zh-CN"
    assert chart_of(STACK).font._rPr.find(qn("a:ea")).get("typeface") == "Microsoft YaHei"


# ---- months in which nothing was


EMPTY = (
    replace(CONTROL, rate=reports.Series("投诉率", (None,) * 4)),
    reports.ControlChart((), reports.Series("投诉率", ()), (), (), ()),
    reports.Pareto(("a", "b"), reports.Series("件数", (0.0, None)), "其余"),
    reports.Bullets(("结案",), reports.Series("及时率", (None,)), reports.Series("目标", (0.9,))),
    reports.Columns((), ()),
    reports.Columns(("a",), (reports.Series("x", (float("nan"),)),)),
)


@pytest.mark.parametrize("chart", EMPTY)
def test_a_chart_with_nothing_in_it_says_so(chart):
    assert "本期没有可展示的内容。" in shown(chart)


@pytest.mark.parametrize(
    "slide",
    [
        reports.Tiles("t", ()),
        reports.TableSlide("t", reports.Table(("a",), ())),
        reports.CasesSlide("t", ()),
        reports.TextSlide("t", ("", " \n")),
    ],
)
def test_a_slide_with_nothing_on_it_says_so(slide):
    [page] = opened(deck(slide)).slides
    assert translate("zh_CN", "There is nothing to show for this period.") in texts(page)


def test_one_month_shows_its_limits_as_strokes():
    one = reports.ControlChart(
        ("2026-11",), reports.Series("率", (14.5,)), (14.9,), (9.4,), (20.1,)
    )
    [page] = layout.pages(deck(reports.ChartSlide("图", "", one)))
    [graph] = [shape for shape in page.shapes if isinstance(shape, Graph)]
    assert [line.mark for line in graph.plot.lines] == ["ticks", "ticks", "ticks", "line"]


def test_a_series_without_a_value_for_each_label_is_refused():
    with pytest.raises(ValueError, match="1 values for 2 labels"):
        reports.pptx(
            deck(reports.ChartSlide("t", "", replace(STACK, series=(reports.Series("a", (1,)),))))
        )


# ---- room


def nasty_deck(text: str) -> reports.Deck:
    series = reports.Series(text, (1.0, 2.0))
    told = reports.Comparison(text, "bad")
    table = reports.Table((text,) * 6, ((text,) * 7, ("a",)), frozenset({1}))
    return deck(
        reports.Cover(),
        reports.Tiles(text, (reports.Tile(text, text, told, told, 3, text),) * 9, text),
        reports.ChartSlide(text, text, reports.Columns((text, text), (series,)), table),
        reports.ChartSlide(text, text, reports.Pareto((text, text), series, text)),
        reports.TableSlide(text, table, text),
        reports.CasesSlide(text, (reports.Case(text, (text, text), text, text, text, text),)),
        reports.TextSlide(text, (text,) * 4, text),
        title=text,
        subtitle=text,
        footer=replace(FOOTER, period=text, store=text),
        signature=reports.Signature(text, text, text),
    )


def assert_fits(made: reports.Deck) -> None:
    """No words are larger than their box, and no box stands off its slide."""
    for page in layout.pages(made):
        for shape in page.shapes:
            match shape:
                case Words(words=words):
                    bold = shape.is_bold
                    lines = measuring.wrapped(words.text, shape.width, words.size, bold=bold)
                    assert len(lines) * words.size * measuring.LEADING <= shape.height + 0.1 or (
                        len(lines) == 1
                    )
                    assert all(
                        measuring.width(line, words.size, bold=bold) <= shape.width
                        for line in lines
                    ), words
                    right, bottom = shape.left + shape.width, shape.top + shape.height
                case Grid():
                    for row, height in zip(shape.cells, shape.heights, strict=True):
                        assert max(c.lines * c.size * measuring.LEADING for c in row) <= height
                    right, bottom = shape.left + sum(shape.widths), shape.top + sum(shape.heights)
                case Box() | Graph():
                    right, bottom = shape.left + shape.width, shape.top + shape.height
            assert 0 <= shape.left < right <= 960.1
            assert 0 <= shape.top < bottom <= 540.1


TEXTS = (*NASTY, "一条名称有四十个字符的投诉原因" * 3, "an ordinary name")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_nothing_leaves_its_box(text):
    assert_fits(nasty_deck(text))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.floats(20, 900), st.floats(10, 400))
def test_any_text_fits_any_box_and_keeps_its_beginning(text, room, height):
    told = measuring.clean(text, lines=True)
    fitted = measuring.fit(told, room, height, (20, 10))
    assert fitted.lines == 1 or fitted.height <= height + 0.1
    assert fitted.text == told or told.startswith(fitted.text.removesuffix("…").rstrip())


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_words_make_files_that_open(text):
    show = opened(nasty_deck(text))
    document = pypdf.PdfReader(io.BytesIO(reports.pdf(nasty_deck(text))))
    assert len(show.slides) == len(document.pages)
    assert "<script" not in html(nasty_deck(text))


def test_long_tables_and_comments_go_on_over_further_slides():
    rows = tuple((f"TS-{at}", "已完成") for at in range(25))
    titles = [
        slide.shapes.title.text_frame.text
        for slide in opened(
            deck(
                reports.TableSlide("措施", reports.Table(("编号", "状态"), rows)),
                reports.TextSlide("点评", ("字" * 700, "字" * 700, "字" * 700)),
            )
        ).slides
    ]
    assert titles[:3] == ["措施 (1/3)", "措施 (2/3)", "措施 (3/3)"]
    assert titles[3:] == ["点评 (1/3)", "点评 (2/3)", "点评 (3/3)"]
    grids = [
        shape
        for page in layout.pages(deck(reports.TableSlide("措施", reports.Table(("a",), rows))))
        for shape in page.shapes
        if isinstance(shape, Grid)
    ]
    assert [len(grid.cells) - 1 for grid in grids] == [9, 9, 7]


@given(st.text(max_size=40))
def test_words_are_measured_no_narrower_than_arial_draws_them(text):
    """Of a few signs whose widths in Arial are known: digits, capitals, small letters, marks."""
    known = {"0": 0.556, "W": 0.944, "i": 0.222, "m": 0.833, "a": 0.556, ".": 0.278, "%": 0.889}
    told = "".join(sign for sign in text if sign in known)
    assert measuring.width(told, 100) >= 100 * sum(known[sign] for sign in told)


# ---- the same every time, and nothing from outside


def test_the_same_deck_makes_the_same_bytes():
    assert reports.pptx(WHOLE) == reports.pptx(WHOLE)
    assert reports.pdf(WHOLE) == reports.pdf(WHOLE)
    assert reports.pptx(WHOLE) != reports.pptx(replace(WHOLE, title="十月投诉月报"))


def test_no_file_inside_knows_when_it_was_made():
    def look(data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            core = archive.read("docProps/core.xml").decode()
            assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-12-01T00:30:00Z"}
            for name in archive.namelist():
                if name.endswith(".xlsx"):
                    look(archive.read(name))

    look(reports.pptx(WHOLE))


def test_pdf_pages_are_the_slides_and_their_words_can_be_found():
    document = pypdf.PdfReader(io.BytesIO(reports.pdf(WHOLE)))
    assert len(document.pages) == 10
    assert [float(side) for side in document.pages[0].mediabox[2:]] == [960, 540]
    assert "十一月投诉月报" in document.pages[0].extract_text()
    assert "17" in document.pages[6].extract_text()
    about = document.metadata
    assert about is not None
    assert (about.title, about.creation_date) == (
        "十一月投诉月报",
        datetime(2026, 12, 1, 0, 30, tzinfo=UTC),
    )


def test_a_pdf_fetches_nothing():
    with pytest.raises(ValueError, match="asked for"):
        _fetch_nothing("https://example.com/a.png")
    assert "url(" not in html(WHOLE)
    assert "http" not in html(WHOLE).replace("http://www.w3.org/2000/svg", "")


def test_without_pango_only_the_pdf_is_refused(monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.startswith("weasyprint")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "services.reports.paper")

    def absent(*_: object) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(cffi.FFI, "dlopen", absent)
    with pytest.raises(reports.NoPango):
        reports.pdf(WHOLE)
    assert reports.pptx(WHOLE)


def test_the_example_of_the_package_works(tmp_path, monkeypatch):
    text = (ROOT / "services/reports/__init__.py").read_text("utf-8")
    example = re.search(r"\n\n((?:    .*\n|\n)+)\"\"\"", text)
    assert example
    monkeypatch.chdir(tmp_path)
    lines = "\n".join(line[4:] for line in example[1].splitlines())
    exec(f"from pathlib import Path\n{lines}", {})  # noqa: S102 - our own docstring
    assert len(pptx.Presentation("deck.pptx").slides) == 3
    assert (tmp_path / "deck.pdf").read_bytes().startswith(b"%PDF")
