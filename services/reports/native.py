"""Charts as PowerPoint's own: drawn and edited by it, with their numbers in a workbook inside."""

import io
from typing import Any, Final

import xlsxwriter
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from services.reports.look import CHINESE, LATIN, colours
from services.reports.plots import GAP, LABEL, inside, softer
from services.reports.shapes import Graph, Plot, Stroke

_MARKS: Final = {
    "line": (XL_MARKER_STYLE.CIRCLE, 6),
    "dashed": (XL_MARKER_STYLE.NONE, 2),
    "dots": (XL_MARKER_STYLE.CIRCLE, 11),
    "ticks": (XL_MARKER_STYLE.DASH, 28),
}
_LINES: Final = f"""<c:lineChart {nsdecls("c")}><c:grouping val="standard"/><c:varyColors val="0"/>
<c:marker val="1"/><c:axId val="{{cat}}"/><c:axId val="{{val}}"/></c:lineChart>"""
_RIGHT: Final = (
    f"""<c:catAx {nsdecls("c")}><c:axId val="50010"/><c:scaling><c:orientation val="minMax"/>
</c:scaling><c:delete val="1"/><c:axPos val="b"/><c:majorTickMark val="none"/>
<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="50020"/>
<c:crosses val="autoZero"/></c:catAx>""",
    f"""<c:valAx {nsdecls("c", "a")}><c:axId val="50020"/><c:scaling><c:orientation val="minMax"/>
<c:max val="1"/><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="r"/>
<c:numFmt formatCode="0%" sourceLinked="0"/><c:majorTickMark val="none"/>
<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>
<c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:crossAx val="50010"/><c:crosses val="max"/>
<c:majorUnit val="0.2"/></c:valAx>""",
)


def add_graph(slide: Any, graph: Graph, language: str) -> None:
    """Put the chart on the slide."""
    plot = graph.plot
    data = CategoryChartData(number_format=plot.numbers)
    data.categories = plot.labels
    for stroke in plot.strokes:
        data.add_series(stroke.name, stroke.values, "0.0%" if stroke.is_right else plot.numbers)
    kind = XL_CHART_TYPE.COLUMN_STACKED if plot.is_stacked else XL_CHART_TYPE.COLUMN_CLUSTERED
    if not plot.columns:
        kind = XL_CHART_TYPE.LINE_MARKERS
    place = Pt(graph.left), Pt(graph.top), Pt(graph.width), Pt(graph.height)
    frame = slide.shapes.add_chart(kind, *place, data)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(plot))
    if plot.columns and plot.lines:
        _lift_lines(chart, plot)
    _look(chart, plot, language)
    if plot.has_right:  # not before: the library would take it for the only one
        for axis in _RIGHT:
            chart._chartSpace.chart.plotArea.findall(qn("c:valAx"))[-1].addnext(parse_xml(axis))  # noqa: SLF001
    series = [one for drawn in chart.plots for one in drawn.series]
    for stroke, one in zip(plot.columns, series, strict=False):
        _fill(one, stroke, plot)
    for stroke, one in zip(plot.lines, series[len(plot.columns) :], strict=True):
        _draw(one, stroke, plot)


def _workbook(plot: Plot) -> bytes:
    """The numbers behind the chart, where it looks for them; a name is never read as a formula or
    an address, as it would be in the library's own."""
    target = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, plain) as book:
        sheet = book.add_worksheet("Sheet1")
        for row, label in enumerate(plot.labels, 1):
            sheet.write_string(row, 0, label)
        for column, stroke in enumerate(plot.strokes, 1):
            numbers = "0.0%" if stroke.is_right else plot.numbers
            look = book.add_format({"num_format": numbers})
            sheet.write_string(0, column, stroke.name)
            for row, value in enumerate(stroke.values, 1):
                if value is not None:
                    sheet.write_number(row, column, value, look)
    return target.getvalue()


def _lift_lines(chart: Any, plot: Plot) -> None:
    """The last series from columns into lines before them, with an axis of their own if asked."""
    area = chart._chartSpace.chart.plotArea  # noqa: SLF001 - the library makes no mixed charts
    bars = area.find(qn("c:barChart"))
    cat, val = (axis.get("val") for axis in bars.findall(qn("c:axId")))
    if plot.has_right:
        cat, val = "50010", "50020"
    lines = parse_xml(_LINES.format(cat=cat, val=val))
    bars.addnext(lines)
    marker = lines.find(qn("c:marker"))
    for series in bars.findall(qn("c:ser"))[len(plot.columns) :]:
        for only_columns in series.findall(qn("c:invertIfNegative")):
            series.remove(only_columns)
        marker.addprevious(series)


def _look(chart: Any, plot: Plot, language: str) -> None:
    look = colours()
    chart.has_title = False
    for drawn in chart.plots:
        drawn.vary_by_categories = False
    if plot.columns:
        chart.plots[0].gap_width = GAP
    chart.font.size = Pt(LABEL)
    chart.font.color.rgb = RGBColor.from_string(look.grey)
    chart.font.name = LATIN
    properties = chart.font._rPr  # noqa: SLF001
    properties.set("lang", language)
    etree.SubElement(properties, qn("a:ea")).set("typeface", CHINESE)
    chart.has_legend = plot.has_legend
    if plot.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    names, values = chart.category_axis, chart.value_axis
    names.has_major_gridlines = False
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb = RGBColor.from_string(look.line)
    if plot.every == 1:
        _level(names)
    skip = etree.SubElement(names._element, qn("c:tickLblSkip"))  # noqa: SLF001
    skip.set("val", str(plot.every))
    names._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)  # noqa: SLF001
    values.minimum_scale, values.maximum_scale, values.major_unit = 0, plot.top, plot.step
    values.major_tick_mark = XL_TICK_MARK.NONE
    values.format.line.fill.background()
    values.visible = plot.has_axis
    values.has_major_gridlines = plot.has_axis
    if plot.has_axis:
        values.major_gridlines.format.line.color.rgb = RGBColor.from_string(look.line)
        values.major_gridlines.format.line.width = Pt(0.75)
        values.tick_labels.number_format_is_linked = False
        values.tick_labels.number_format = plot.numbers


def _level(axis: Any) -> None:
    """Names stand level, on several lines if need be. Where some have to be left out they are not
    told to: a program that writes all of them turns them instead."""
    axis.tick_labels.font.size = Pt(LABEL)
    body = axis._element.find(qn("c:txPr")).find(qn("a:bodyPr"))  # noqa: SLF001
    body.set("rot", "0")
    body.set("vert", "horz")


def _fill(series: Any, stroke: Stroke, plot: Plot) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = RGBColor.from_string(stroke.colour)
    if stroke.weak is not None:
        for at in range(stroke.weak, len(stroke.values)):
            point = series.points[at].format.fill
            point.solid()
            point.fore_color.rgb = RGBColor.from_string(softer(stroke.colour))
    if stroke.has_labels:
        _label(series, plot, XL_LABEL_POSITION.OUTSIDE_END, colours().text)
        for at in range(len(stroke.values)):
            if inside(stroke, plot, at):
                label = series.points[at].data_label
                label.font.color.rgb = RGBColor.from_string(colours().page)
                label.font.bold = True
                label.font.size = Pt(LABEL)
                label.position = XL_LABEL_POSITION.CENTER


def _label(series: Any, plot: Plot, position: Any, colour: str) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.position = position
    labels.number_format_is_linked = False
    labels.number_format = plot.numbers
    labels.font.size = Pt(LABEL)
    labels.font.bold = True
    labels.font.color.rgb = RGBColor.from_string(colour)


def _draw(series: Any, stroke: Stroke, plot: Plot) -> None:
    colour = RGBColor.from_string(stroke.colour)
    series.smooth = False
    line = series.format.line
    if stroke.mark in {"dots", "ticks"}:
        line.fill.background()
    else:
        line.color.rgb = colour
        line.width = Pt(2.25 if stroke.mark == "line" else 1.5)
        if stroke.mark == "dashed":
            line.dash_style = MSO_LINE.DASH
    style, size = _MARKS[stroke.mark]
    series.marker.style = style
    series.marker.size = size
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = colour
    series.marker.format.line.color.rgb = colour
    if stroke.has_labels:
        _label(series, plot, XL_LABEL_POSITION.ABOVE, stroke.colour)
