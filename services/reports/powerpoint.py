"""A deck as .pptx: texts, tables and charts that can be edited, no pictures."""

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from services.reports.layout import pages
from services.reports.look import CHINESE, HEIGHT, LATIN, WIDTH, colours
from services.reports.measuring import LEADING, Fitted, clean
from services.reports.native import add_graph
from services.reports.shapes import Box, Graph, Grid, Words
from services.reports.slides import Deck, Language
from services.reports.tables import PAD

_TITLE_ONLY: Final = 5
"""The layout of the library's own template that has a title and nothing else."""
_NO_STYLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""Tables without lines and bands, by the number that PowerPoint knows them by."""
_LANGUAGES: Final = {"zh_CN": "zh-CN", "en": "en-US"}
_ALIGN: Final = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MOST_PROPERTY: Final = 255


def presentation(deck: Deck) -> bytes:
    show = _template(deck)
    for page in pages(deck):
        slide = show.slides.add_slide(show.slide_layouts[0])
        for shape in page.shapes:
            _add(slide, shape, deck.language)
    target = io.BytesIO()
    show.save(target)
    return _repacked(target.getvalue(), deck.footer.frozen_at.astimezone(UTC))


def _template(deck: Deck) -> Any:
    """An empty presentation with our fonts and colours, its one layout as wide as its slides."""
    show: Any = Presentation()
    stretch = Pt(WIDTH) / show.slide_width
    show.slide_width, show.slide_height = Pt(WIDTH), Pt(HEIGHT)
    kept = show.slide_layouts[_TITLE_ONLY]
    for layout in list(show.slide_layouts):
        if layout is not kept:
            show.slide_layouts.remove(layout)
    for shape in (*show.slide_master.placeholders, *kept.placeholders):
        left, top, width, height = shape.left, shape.top, shape.width, shape.height
        shape.left, shape.width = Emu(int(left * stretch)), Emu(int(width * stretch))
        shape.top, shape.height = top, height
    theme = show.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme._blob = _theme(theme.blob)  # noqa: SLF001 - the library has no door to themes
    about = show.core_properties
    about.title = clean(deck.title)[:_MOST_PROPERTY]
    about.subject = clean(deck.footer.period)[:_MOST_PROPERTY]
    about.author = about.last_modified_by = clean(deck.footer.store)[:_MOST_PROPERTY]
    about.language, about.revision = _LANGUAGES[deck.language], 1
    about.created = about.modified = deck.footer.frozen_at.astimezone(UTC).replace(tzinfo=None)
    return show


def _theme(blob: bytes) -> bytes:
    """The theme with our fonts and colours, so that what one adds by hand looks the same."""
    tree = etree.fromstring(blob)
    for font in tree.iter(qn("a:majorFont"), qn("a:minorFont")):
        font.find(qn("a:latin")).set("typeface", LATIN)
        font.find(qn("a:ea")).set("typeface", CHINESE)
    for number, colour in enumerate(colours().series[:6], 1):
        accent = next(tree.iter(qn(f"a:accent{number}")))
        for old in list(accent):
            accent.remove(old)
        etree.SubElement(accent, qn("a:srgbClr")).set("val", colour)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


# ---- shapes


def _add(slide: Any, shape: Words | Box | Grid | Graph, language: Language) -> None:
    match shape:
        case Words():
            _add_words(slide, shape, language)
        case Box():
            _add_box(slide, shape)
        case Grid():
            _add_grid(slide, shape, language)
        case Graph():
            add_graph(slide, shape, _LANGUAGES[language])


def _place(shape: Words | Box) -> tuple[Pt, Pt, Pt, Pt]:
    return Pt(shape.left), Pt(shape.top), Pt(shape.width), Pt(shape.height)


def _add_box(slide: Any, box: Box) -> None:
    kind = MSO_SHAPE.ROUNDED_RECTANGLE if box.is_round else MSO_SHAPE.RECTANGLE
    shape = slide.shapes.add_shape(kind, *_place(box))
    if box.is_round:
        shape.adjustments[0] = 8 / min(box.width, box.height)
    shape._element.remove(shape._element.find(qn("p:style")))  # noqa: SLF001 - its shadow and font
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(box.fill)
    if box.line:
        shape.line.color.rgb = RGBColor.from_string(box.line)
        shape.line.width = Pt(0.75)
    else:
        shape.line.fill.background()


def _add_words(slide: Any, words: Words, language: Language) -> None:
    if words.is_title:
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = _place(words)
    else:
        shape = slide.shapes.add_textbox(*_place(words))
    frame = shape.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if words.is_middle else MSO_ANCHOR.TOP
    _write(frame, words.words, words.colour, language, bold=words.is_bold, align=words.align)
    if words.is_number:
        _make_number(frame.paragraphs[0])


def _write(
    frame: Any,
    words: Fitted,
    colour: str,
    language: Language,
    *,
    bold: bool = False,
    align: str = "left",
) -> None:
    """The words into a box or a cell; the height of a line is set, for fonts differ in theirs."""
    for at, text in enumerate(words.text.split("\n")):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = _ALIGN[align]
        paragraph.line_spacing = Pt(words.size * LEADING)
        paragraph.space_before = paragraph.space_after = Pt(0)
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(words.size), bold
        run.font.color.rgb = RGBColor.from_string(colour)
        run.font.name = LATIN
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 - the way to what the library lacks
        properties.set("lang", _LANGUAGES[language])
        etree.SubElement(properties, qn("a:ea")).set("typeface", CHINESE)


def _make_number(paragraph: Any) -> None:
    """The slide's number as a field: it follows when slides are moved."""
    run = paragraph._p.find(qn("a:r"))  # noqa: SLF001
    run.tag = qn("a:fld")
    run.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    run.set("type", "slidenum")


def _add_grid(slide: Any, grid: Grid, language: Language) -> None:
    look = colours()
    place = Pt(grid.left), Pt(grid.top), Pt(sum(grid.widths)), Pt(sum(grid.heights))
    table = slide.shapes.add_table(len(grid.cells), len(grid.widths), *place).table
    table.horz_banding = False
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE  # noqa: SLF001
    for at, width in enumerate(grid.widths):
        table.columns[at].width = Pt(width)
    last = len(grid.cells) - 1
    for number, (row, height) in enumerate(zip(grid.cells, grid.heights, strict=True)):
        table.rows[number].height = Pt(height)
        strong = number == 0 or (grid.is_summed and number == last)
        for at, words in enumerate(row):
            cell = table.cell(number, at)
            cell.margin_left = cell.margin_right = Pt(PAD)
            cell.margin_top = cell.margin_bottom = Pt(0)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            align = "right" if at in grid.right else "left"
            colour = look.grey if number == 0 else look.text
            _write(cell.text_frame, words, colour, language, bold=strong, align=align)
            if strong:
                cell.fill.solid()
                cell.fill.fore_color.rgb = RGBColor.from_string(look.card)
            _underline(cell, look.line)


def _underline(cell: Any, colour: str) -> None:
    line = etree.Element(qn("a:lnB"), w=str(Pt(0.75)))
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr")).set("val", colour)
    cell._tc.get_or_add_tcPr().insert(0, line)  # noqa: SLF001 - lines stand before the fill


# ---- the same bytes


def _repacked(data: bytes, moment: datetime) -> bytes:
    """The archive, and the workbooks of the charts in it, without the time at which it was made."""
    said = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = _repacked(content, moment)
            elif name == "docProps/core.xml":
                content = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>" + said, content)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return target.getvalue()
