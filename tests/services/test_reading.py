"""Uploaded tables: what is read, exactly, and what is refused, with which fact."""

import csv
import datetime as dt
import io
import json
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.errors import InvalidInput
from services.imports import olescan, refusals, workbook
from services.imports.reading import Limits, Row, Table, UnreadableFile, read_table
from services.imports.sheetscan import cell_name, position
from tests.nasty import Case, case, cases

ROOT = Path(__file__).parents[2]
OLD = (ROOT / "tests" / "data" / "small.xls").read_bytes()
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{NS}">'
MB = 1024 * 1024


def book(*rows: list[object], merge: str = "") -> bytes:
    wb = openpyxl.Workbook()
    for row in rows:
        wb.active.append(row)
    if merge:
        wb.active.merge_cells(merge)
    return saved(wb)


def saved(wb: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    wb.save(target)
    return target.getvalue()


def repack(data: bytes, changes: dict[str, str | Iterator[bytes]]) -> bytes:
    """The same ZIP with some members replaced, added, or dropped (empty text)."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in dict.fromkeys([*source.namelist(), *changes]):
            content = changes.get(name, None if name in changes else source.read(name))
            if isinstance(content, bytes):
                package.writestr(name, content)
            elif isinstance(content, str):
                if content:
                    package.writestr(name, content)
            else:
                with package.open(name, "w") as member:
                    for piece in content:
                        member.write(piece)
    return target.getvalue()


def sheet(inner: str, **members: str) -> bytes:
    """A workbook whose first sheet has this XML after `<worksheet>`."""
    changes = {"xl/worksheets/sheet1.xml": f"{HEAD}{inner}</worksheet>"}
    return repack(book([1]), changes | members)


def texts(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


# The list of nasty inputs, by id -------------------------------------------------------------

READ = {
    "N329": ("csv", "gb18030", ("姓名", "电话"), ("张三", "13800138000")),
    "N331": ("csv", "utf-8", ("姓名", "电话"), ("张三", "13800138000")),
    "N333": ("csv", "utf-16-le", ("姓名", "电话"), ("张三", "13800138000")),
}
REFUSED = {
    "N311": refusals.UnpacksTooLarge,
    "N313": refusals.UnsafeFile,
    "N315": refusals.UnsafeFile,
    "N317": refusals.EmptyFile,
    "N319": refusals.OldOrProtected,
    "N335": refusals.EncodingUnclear,
    "N337": refusals.EncodingUnclear,
    "N339": refusals.QuoteNotClosed,
    "N341": refusals.NoRows,
    "N343": refusals.TooManyColumns,
    "N345": refusals.NotText,
    "N347": refusals.ColumnsAlike,
    "N349": refusals.SeparatorNote,
}
RECIPES = {"N321", "N323", "N325", "N327"}  # each has a test of its own below
FILES = cases("file", "csv_encoding", "csv_shape")


def test_every_file_of_the_list_is_spoken_for():
    assert {one.id for one in FILES} == READ.keys() | REFUSED.keys() | RECIPES
    assert {one.id for one in FILES if one.recipe} == RECIPES
    accepted = {one.id for one in FILES if one.expected == "stored and shown escaped"}
    assert accepted == READ.keys()


@pytest.mark.parametrize("one", [case(id_) for id_ in sorted(REFUSED)], ids=lambda one: one.id)
def test_nasty_file_is_refused(one: Case):
    name = "list.xlsx" if one.category == "file" else "list.csv"
    with pytest.raises(REFUSED[one.id]):
        read_table(one.data, name)


@pytest.mark.parametrize("one", [case(id_) for id_ in sorted(READ)], ids=lambda one: one.id)
def test_nasty_file_is_read(one: Case):
    kind, encoding, columns, cells = READ[one.id]
    table = read_table(one.data, "list.csv")
    assert (table.format, table.encoding, table.columns) == (kind, encoding, columns)
    assert table.rows == [Row(2, cells)]


def test_n321_a_million_columns_are_refused():
    row = '<row r="1">' + "<c><v>1</v></c>" * 300 + "</row>"
    with pytest.raises(refusals.TooManyColumns) as caught:
        read_table(sheet(f"<sheetData>{row}</sheetData>"), "a.xlsx")
    assert caught.value.params == {"row": 1, "limit": 200}


def test_n323_header_below_the_top_hidden_and_second_sheets():
    wb = openpyxl.Workbook()
    wb.active.title = "empty"
    secret = wb.create_sheet("secret")
    secret.sheet_state = "hidden"
    secret.append(["not", "this"])
    for name in ("客户", "later"):
        one = wb.create_sheet(name)
        one.append([])
        one.append(["手机", "手机", None, " 车\n牌 "])
        one.append(["1", "2", "3", name])
    table = read_table(saved(wb), "a.xlsx")
    assert table.columns == ("手机", "手机 (2)", "#3", "车 牌")
    assert table.rows == [Row(3, ("1", "2", "3", "客户"))]
    assert (table.sheet, table.sheets) == ("客户", ("empty", "客户", "later"))
    assert read_table(saved(wb), "a.xlsx", sheet="later").rows[0].cells[-1] == "later"
    for absent in ("secret", "none"):
        with pytest.raises(refusals.NoSuchSheet):
            read_table(saved(wb), "a.xlsx", sheet=absent)


@pytest.mark.parametrize("merge", ["A1:B1", "A1:A2", "B2:B3"])
def test_n323_merged_cells_in_header_or_down_the_rows_are_refused(merge: str):
    with pytest.raises(refusals.CellsMerged) as caught:
        read_table(book(["a", "b"], [1, 2], [3, None], merge=merge), "a.xlsx")
    assert caught.value.params == {"cells": merge}


def test_n323_cells_merged_along_one_row_lose_nothing():
    assert texts(read_table(book(["a", "b"], [1, 2], ["note"], merge="A3:B3"), "a.xlsx")) == [
        ("1", "2"),
        ("note", ""),
    ]


def test_n325_formula_without_result_is_named():
    with pytest.raises(refusals.FormulaWithoutResult) as caught:
        read_table(book(["a", "b"], [1, "=1+1"]), "a.xlsx")
    assert caught.value.params == {"cell": "B2"}


def test_n325_formula_with_its_result_is_read_even_an_empty_text():
    xml = (
        '<sheetData><row r="1"><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row><row r="2">'
        '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c>'
        '<c r="C2" t="str"><f>"x"</f><v>x</v></c></row></sheetData>'
    )
    assert texts(read_table(sheet(xml), "a.xlsx")) == [("2", "", "x")]


def test_n327_same_customer_twice_keeps_both_rows_and_numbers():
    table = read_table(book(["手机", "姓名"], ["1", "张"], [], ["1", "张"]), "a.xlsx")
    assert table.rows == [Row(2, ("1", "张")), Row(4, ("1", "张"))]


# Cells ---------------------------------------------------------------------------------------


def test_excel_cells_become_the_text_that_people_see():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as wb:
        one = wb.add_worksheet()
        day = wb.add_format({"num_format": "yyyy-mm-dd"})
        span = wb.add_format({"num_format": "[h]:mm"})
        hour = wb.add_format({"num_format": "hh:mm:ss"})
        one.write_row(0, 0, [f"h{at}" for at in range(14)])
        one.write_row(1, 0, [13800138000.0, 1.5, 0.1 + 0.2, -3, 2**53 - 1, 1e300])
        one.write_datetime(1, 6, dt.datetime.fromisoformat("2026-11-21"), day)
        one.write_datetime(1, 7, dt.datetime.fromisoformat("2026-11-21T10:20:00"), day)
        one.write_datetime(1, 8, dt.timedelta(hours=30), span)
        one.write_datetime(1, 9, dt.time(10, 20, 5), hour)
        one.write_row(1, 10, [True, False])
        one.write_string(1, 12, " 007 ")
        one.write_string(1, 13, "=1+1")
    (row,) = read_table(target.getvalue(), "a.xlsx").rows
    assert row.cells[:6] == ("13800138000", "1.5", "0.3", "-3", str(2**53 - 1), "1e+300")
    assert row.cells[6:9] == ("2026-11-21", "2026-11-21T10:20:00", "30:00:00")
    assert row.cells[9:] == ("10:20:05", "TRUE", "FALSE", " 007 ", "=1+1")


def test_long_numbers_and_error_values_are_not_lost():
    xml = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2">'
        '<c r="A2"><v>110101199003070011</v></c><c r="B2" t="e"><v>#N/A</v></c></row></sheetData>'
    )
    assert texts(read_table(sheet(xml), "a.xlsx")) == [("110101199003070011", "#N/A")]


def test_last_moment_of_the_calendar_is_no_overflow():
    last = dt.datetime.fromisoformat("9999-12-31T23:59:59.900000")
    assert workbook.cell_text(last) == "9999-12-31T23:59:59"
    assert (
        workbook.cell_text(dt.datetime.fromisoformat("2026-11-21T23:59:59.999999")) == "2026-11-22"
    )


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_cell_names_are_read_back(row: int, column: int):
    assert position(cell_name(row, column)) == (row, column)


def test_old_xls_is_read_like_a_new_one():
    table = read_table(OLD, "a.XLS")
    assert (table.format, table.sheet, table.header_row) == ("xls", "客户", 2)
    assert table.columns == ("姓名", "手机", "购车日期", "回访时间", "会员", "备注")
    moment = "2026-11-21T10:20:00"
    assert table.rows == [
        Row(3, ("张三", "13800138000", "2026-11-21", moment, "TRUE", "007")),
        Row(5, ("李四", "13900139000", "", "", "FALSE", "1.5")),
    ]


# Shape ---------------------------------------------------------------------------------------


def csv_table(text: str, **options: Limits) -> Table:
    return read_table(text.encode(), "a.csv", **options)


def test_titles_empty_rows_and_empty_columns_are_left_out():
    table = csv_table(",,,\n客户清单,,,\n2026 年,,,\n,a,,b,c\n\n,1,,2,3\n , ,,\n,4,,5,\n")
    assert (table.columns, table.header_row) == (("a", "b", "c"), 4)
    assert table.rows == [Row(6, ("1", "2", "3")), Row(8, ("4", "5", ""))]


def test_one_column_has_no_title():
    assert csv_table("手机\n138\n139\n").rows == [Row(2, ("138",)), Row(3, ("139",))]


def test_title_needs_three_columns_below_it():
    assert csv_table("a\n1,2\n").rows == [Row(2, ("1", "2"), extra=True)]


def test_ragged_rows_are_filled_or_marked():
    assert csv_table("a,b\n1\n1,2,,\n1,2,3\n").rows == [
        Row(2, ("1", "")),
        Row(3, ("1", "2")),
        Row(4, ("1", "2", "3"), extra=True),
    ]


def test_names_are_trimmed_made_up_and_made_unique():
    table = csv_table("a,\u200b a ,,a (2),#3\n1,2,3,4,5\n")
    assert table.columns == ("a", "a (2)", "#3", "a (2) (2)", "#3 (2)")


def test_row_numbers_of_a_csv_are_lines_where_records_start():
    table = csv_table('a,b\r\n"1\r\n1",2\r\n3,4\r\n')
    assert table.rows == [Row(2, ("1\r\n1", "2")), Row(4, ("3", "4"))]


def test_file_without_rows_is_refused():
    for text, refusal in ((" \n\n", refusals.NothingInside), ("a,b\n,\n", refusals.NoRows)):
        with pytest.raises(refusal):
            csv_table(text)
    with pytest.raises(refusals.NothingInside):
        read_table(book([None]), "a.xlsx")


# CSV: encodings, delimiters ------------------------------------------------------------------

MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "gb18030": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}
# Everyday characters, so that GB18030 is believed; what it takes to be believed is tested below.
PLAIN = st.text("abcXYZ089 -=_#|'\"“，客户姓名车牌上海市张三李四王五", max_size=8)
ANY = st.text(
    st.characters(exclude_categories=("Cs", "Co", "Cn", "Cc"), include_characters="\t\r\n"),
    max_size=8,
)
HEADER = ["甲", "乙", "丙"]


def rows_of(cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    row = st.lists(cell, min_size=3, max_size=3)
    return st.lists(row, min_size=1, max_size=6).filter(
        lambda rows: any(cell.strip() for row in rows for cell in row)
    )


def written(rows: list[list[str]], delimiter: str, quoting: int, end: str) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([HEADER, *rows])
    return target.getvalue()


def filled(rows: list[list[str]]) -> list[tuple[str, ...]]:
    return [tuple(row) for row in rows if any(cell.strip() for cell in row)]


@settings(max_examples=150, deadline=None)
@given(rows_of(PLAIN), st.sampled_from(sorted(MARKS)), st.sampled_from(",;\t"))
def test_plain_csv_reads_back_in_every_encoding(
    rows: list[list[str]], encoding: str, delimiter: str
):
    text = written(rows, delimiter, csv.QUOTE_MINIMAL, "\r\n")
    table = read_table(MARKS[encoding] + text.encode(encoding), "a.txt")
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert (list(table.columns), texts(table)) == (HEADER, filled(rows))


@settings(max_examples=150, deadline=None)
@given(
    rows_of(ANY),
    st.sampled_from(sorted(MARKS.keys() - {"gb18030"})),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_quoted_csv_reads_back_with_any_text(
    rows: list[list[str]], encoding: str, delimiter: str, end: str
):
    text = written(rows, delimiter, csv.QUOTE_ALL, end)
    table = read_table(MARKS[encoding] + text.encode(encoding), "a.csv")
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert (list(table.columns), texts(table)) == (HEADER, filled(rows))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark_is_seen_by_its_zeros(encoding: str):
    table = read_table("姓名,手机\n张三,13800138000\n".encode(encoding), "a.csv")
    assert (table.encoding, texts(table)) == (encoding, [("张三", "13800138000")])


def test_rare_names_among_everyday_words_are_believed():
    names = "姓名,门店\n喆喆,上海\n朱镕基,北京\n犇犇,杭州滨江店\n"
    table = read_table(names.encode("gb18030"), "a.csv")
    assert texts(table)[0] == ("喆喆", "上海")


FOREIGN = {
    "big5": "客戶姓名,聯絡電話\n張小明,13800138000\n",
    "shift-jis": "お客様名,電話番号\nヤマダ,13800138000\n",
    "latin-1": "nom,ville\nRené Müller,Besançon\nJürgen Groß,Köln\n",
    "cp1251": "имя,город\nСергей,Москва\n",
    "iso-8859-7": "όνομα,πόλη\nΓιώργος,Αθήνα\n",
}


@pytest.mark.parametrize("encoding", sorted(FOREIGN))
def test_other_encodings_are_refused_not_misread(encoding: str):
    with pytest.raises(refusals.EncodingUnclear):
        read_table(FOREIGN[encoding].encode(encoding), "a.csv")


@given(st.lists(st.sampled_from("éèêëàâäöüßñçøåÉÜÖÄ"), min_size=1, max_size=8), st.data())
def test_latin_1_words_never_turn_into_chinese(letters: list[str], data: st.DataObject):
    ascii_ = st.text("abcdefghij", min_size=1, max_size=3)
    word = "".join(letter + data.draw(ascii_) for letter in letters)
    with pytest.raises(refusals.EncodingUnclear):
        read_table(f"name,town\n{word},Paris\n".encode("latin-1"), "a.csv")


def test_utf8_cut_inside_a_character_is_damage_not_another_encoding():
    whole = "姓名,门店\n张三,上海\n李四,杭州".encode()
    for cut in (1, 2):
        for data in (whole[:-cut], whole[:18] + whole[18 + cut :], b"\xef\xbb\xbf" + whole[:-cut]):
            with pytest.raises(refusals.BrokenCharacters):
                read_table(data, "a.csv")


def test_gbk_that_is_also_utf8_is_not_guessed():
    """Both bytes of these characters fit two-byte UTF-8, where they would be Cyrillic."""
    data = "小,校\n些,谢\n".encode("gb18030")
    assert data.decode("utf-8") != data.decode("gb18030")
    with pytest.raises(refusals.EncodingUnclear):
        read_table(data, "a.csv")
    assert texts(read_table("имя,город\nСергей,Москва\n".encode(), "a.csv"))


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"),
    [
        ("a;b\n1,5;2,5\n1;2\n", ";", ("a", "b")),
        ("a\tb,c\n1\t2,3\n", "\t", ("a", "b,c")),
        ("a,b\n1;2;3,4\n5,6\n", ",", ("a", "b")),
        ("a\n1\n", ",", ("a",)),
    ],
)
def test_delimiter_is_the_one_that_cuts_evenly(text: str, delimiter: str, columns: tuple[str, ...]):
    table = csv_table(text)
    assert (table.delimiter, table.columns) == (delimiter, columns)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ('a,b\n1,"2\n3,4\n', refusals.QuoteNotClosed),
        ('a,b\n1,"2"x\n', refusals.QuoteNotClosed),
        ("a,b\n1,\0\n", refusals.NotText),
        ("a,b\n1,\x01\x02\n", refusals.NotText),
        ("a,b\n" + "x" * 32_768 + ",1\n", refusals.CellTooLong),
        ("a,b\n" + "x" * 200_000 + ",1\n", refusals.CellTooLong),
        ("a,b\n" + "1," * 200 + "1\n", refusals.TooManyColumns),
        ("a\tb\n" + "1\t" * 200 + "1\n", refusals.TooManyColumns),
    ],
)
def test_broken_csv_is_refused_with_its_line(text: str, refusal: type[UnreadableFile]):
    with pytest.raises(refusal) as caught:
        csv_table(text)
    assert caught.value.params.get("row", 2) == 2


# What the file is ----------------------------------------------------------------------------

SMALL = book(["a", "b"], [1, 2])
TEXT = b"a,b\n1,2\n"
HTML = b"<html><table><tr><td>a</td></tr></table></html>"


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (TEXT, "a.xlsx", refusals.TypeDisagrees),
        (TEXT, "a.xls", refusals.TypeDisagrees),
        (HTML, "a.xls", refusals.TypeDisagrees),
        (HTML, "a.csv", refusals.NotATable),
        (SMALL, "a.csv", refusals.TypeDisagrees),
        (SMALL, "a.xls", refusals.TypeDisagrees),
        (OLD, "a.csv", refusals.TypeDisagrees),
        (OLD, "a.xlsx", refusals.OldOrProtected),
        (b"%PDF-1.7", "a.xlsx", refusals.NotATable),
        (b"\x89PNG\r\n", "a.csv", refusals.NotATable),
        (SMALL, "a.xlsm", refusals.WrongExtension),
        (TEXT, "csv", refusals.WrongExtension),
        (SMALL[:400], "a.xlsx", refusals.DamagedFile),
        (OLD[:700], "a.xls", refusals.DamagedFile),
    ],
)
def test_content_and_name_must_agree(data: bytes, name: str, refusal: type[UnreadableFile]):
    with pytest.raises(refusal):
        read_table(data, name)


@pytest.mark.parametrize("polyglot", cases("file_polyglot"), ids=lambda one: one.id)
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv"])
def test_documents_are_no_tables(polyglot: Case, name: str):
    with pytest.raises(UnreadableFile):
        read_table(polyglot.data, name)


def test_every_refusal_is_input_trouble_with_words_of_its_own():
    kinds = [one for one in vars(refusals).values() if isinstance(one, type)]
    kinds = [one for one in kinds if issubclass(one, UnreadableFile)]
    assert all(issubclass(one, InvalidInput) for one in kinds)
    assert len({one.msgid for one in kinds}) == len(kinds) > 20


def test_encrypted_workbooks_ask_for_one_without_password():
    entry = olescan._entry
    stored = olescan._pack(b"x").replace(entry("Workbook", 2, 2, 4096), b"")
    assert len(stored) == len(olescan._pack(b"x")) - 128
    encrypted = olescan._pack(b"x").replace(
        "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18),
        "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 34),
    )
    with pytest.raises(refusals.PasswordProtected):
        read_table(encrypted, "a.xlsx")
    with pytest.raises(refusals.PasswordProtected):
        read_table(encrypted, "a.xls")
    with pytest.raises(refusals.PasswordProtected):
        read_table(biff([(0x002F, bytes(6))], []), "a.xls")


def test_macros_under_an_xlsx_name_are_refused():
    types = zipfile.ZipFile(io.BytesIO(SMALL)).read("[Content_Types].xml").decode()
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert plain in types
    changed = types.replace(plain, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    with pytest.raises(refusals.HoldsMacros):
        read_table(repack(SMALL, {"[Content_Types].xml": changed}), "a.xlsx")


def test_workbook_under_another_name_in_the_package_is_found():
    """Office on the web calls it workbook2.xml at times; the relations say so."""
    parts = zipfile.ZipFile(io.BytesIO(SMALL))
    moved = {
        "_rels/.rels": parts.read("_rels/.rels").decode().replace("workbook.xml", "workbook2.xml"),
        "xl/workbook2.xml": parts.read("xl/workbook.xml").decode(),
        "xl/_rels/workbook2.xml.rels": parts.read("xl/_rels/workbook.xml.rels").decode(),
        "xl/workbook.xml": "",
        "xl/_rels/workbook.xml.rels": "",
    }
    assert texts(read_table(repack(SMALL, moved), "a.xlsx")) == [("1", "2")]


# Limits and bombs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(file_bytes=100), refusals.FileTooLarge),
        (Limits(unpacked_bytes=1000), refusals.UnpacksTooLarge),
        (Limits(members=5), refusals.UnpacksTooLarge),
        (Limits(ratio=1, ratio_from_bytes=100), refusals.UnpacksTooLarge),
        (Limits(rows=2), refusals.TooManyRows),
        (Limits(columns=1), refusals.TooManyColumns),
        (Limits(cells=7), refusals.TooScattered),
        (Limits(cell_chars=4), refusals.CellTooLong),
        (Limits(text_chars=20), refusals.TooMuchText),
    ],
)
def test_each_limit_bites_and_not_before(limits: Limits, refusal: type[UnreadableFile]):
    data = book(["a", "b"], *[["12345", "67890"] for _ in range(3)])
    assert len(read_table(data, "a.xlsx", limits=Limits(rows=3, columns=2, cells=8)).rows) == 3
    with pytest.raises(refusal):
        read_table(data, "a.xlsx", limits=limits)


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "xl\\..\\evil.xml", "C:/evil"])
def test_member_names_that_leave_the_zip_are_refused(name: str):
    with pytest.raises(refusals.UnsafeFile):
        read_table(repack(SMALL, {name: "x"}), "a.xlsx")


def test_member_that_comes_twice_is_refused():
    with pytest.raises(refusals.UnsafeFile):
        read_table(repack(SMALL, {"XL/Workbook.xml": "x"}), "a.xlsx")


@pytest.mark.parametrize(
    "inner",
    [
        '<sheetData><row r="2"/><row r="1"/></sheetData>',
        '<sheetData><row r="1"><c r="A2"><v>1</v></c></row></sheetData>',
        '<sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></sheetData>',
        '<sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData>',
        '<sheetData><row r="x"></row></sheetData>',
        "<sheetData>",
    ],
)
def test_sheets_that_excel_never_writes_are_damaged(inner: str):
    with pytest.raises(refusals.DamagedFile):
        read_table(sheet(inner), "a.xlsx")


def test_dimension_that_lies_costs_nothing():
    data = sheet(
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c><v>1</v></c><c><v>2</v></c></row>'
        '<row r="2"><c><v>3</v></c><c r="XFD2" s="0"/></row></sheetData>'
    )
    assert texts(read_table(data, "a.xlsx")) == [("3", "")]


def biff(more: list[tuple[int, bytes]], cells: list[tuple[int, bytes]]) -> bytes:
    """An .xls of one sheet out of (record number, body), for the globals and for the sheet."""

    def stream(*records: tuple[int, bytes]) -> bytes:
        return b"".join(struct.pack("<HH", at, len(body)) + body for at, body in records)

    start = (0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    begin = (0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    end = (0x000A, b"")
    length = len(stream(start, (0x0085, bytes(9)), *more, end))
    bound = (0x0085, struct.pack("<IBBBB", length, 0, 0, 1, 0) + b"s")
    return olescan._pack(stream(start, bound, *more, end) + stream(begin, *cells, end))


def number_cell(row: int, column: int) -> tuple[int, bytes]:
    return 0x0203, struct.pack("<HHHd", row, column, 0, row + column + 1.0)


def test_hand_made_xls_is_read_so_the_refusals_below_mean_something():
    table = read_table(biff([], [number_cell(0, 0), number_cell(0, 1), number_cell(4, 1)]), "a.xls")
    assert table.rows == [Row(5, ("", "6"))]


def test_xls_dimensions_that_lie_never_reach_the_reader():
    lie = (0x0200, struct.pack("<IIHHH", 0, 65_536, 0, 256, 0))
    cells = [lie, number_cell(0, 0), number_cell(0, 1), number_cell(1, 0)]
    assert texts(read_table(biff([], cells), "a.xls")) == [("2", "")]
    assert lie[1] in biff([], cells)
    numbers = struct.pack("<HH", lie[0], len(lie[1]))
    assert numbers + lie[1] not in olescan.scan_workbook(biff([], cells), Limits()).data


def test_limits_hold_for_an_xls_too():
    assert read_table(OLD, "a.xls", limits=Limits(cells=30, text_chars=60)).rows
    for limits, refusal in (
        (Limits(cells=29), refusals.TooScattered),
        (Limits(text_chars=20), refusals.TooMuchText),
    ):
        with pytest.raises(refusal):
            read_table(OLD, "a.xls", limits=limits)


@pytest.mark.parametrize("seed", range(40))
def test_garbled_xls_never_gets_past_a_refusal(seed: int):
    chance = random.Random(seed)
    garbled = bytearray(OLD)
    for _ in range(chance.randint(1, 20)):
        garbled[chance.randrange(len(garbled))] = chance.randrange(256)
    try:
        assert read_table(bytes(garbled), "a.xls").columns
    except UnreadableFile as refusal:
        assert refusal.msgid  # noqa: PT017 - both ends are right, a crash is not


def test_span_of_time_beyond_all_bounds_is_damage():
    """It makes the reader panic when the cell is handed over, long after the file was opened."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as wb:
        one = wb.add_worksheet()
        one.write_row(0, 0, ["a", "b"])
        one.write_number(1, 0, 1e30, wb.add_format({"num_format": "[h]:mm"}))
    with pytest.raises(refusals.DamagedFile):
        read_table(target.getvalue(), "a.xlsx")


def test_panic_of_the_reader_is_damage():
    """A panic is neither an Exception nor importable; a class of that name stands for it."""
    panic = type("PanicException", (BaseException,), {})

    def fall(kind: type[BaseException]) -> Callable[[], None]:
        def call() -> None:
            raise kind

        return call

    with pytest.raises(refusals.DamagedFile):
        workbook._guarded(fall(panic))
    with pytest.raises(KeyboardInterrupt):
        workbook._guarded(fall(KeyboardInterrupt))


def white_space() -> Iterator[bytes]:
    yield f"{HEAD}<sheetData>".encode()
    yield from (b" " * MB for _ in range(60))
    yield b"</sheetData></worksheet>"


def repeated_text(rows: int) -> bytes:
    cells = "".join(f'<row r="{at}"><c t="s"><v>0</v></c></row>' for at in range(1, rows))
    shared = f'<sst xmlns="{NS}"><si><t>{"x" * 32_000}</t></si></sst>'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    plain = zipfile.ZipFile(io.BytesIO(SMALL)).read("xl/_rels/workbook.xml.rels").decode()
    relations = plain.replace(
        "</Relationships>",
        f'<Relationship Id="s" Type="{relation}" Target="sharedStrings.xml"/></Relationships>',
    )
    members = {"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": relations}
    return sheet(f"<sheetData>{cells}</sheetData>", **members)


def understated() -> bytes:
    """The directory says 1,000 bytes, the member unpacks to 60 MB."""
    data = bytearray(repack(SMALL, {"xl/worksheets/sheet1.xml": white_space()}))
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(data)


def many_members() -> bytes:
    entry = b"PK\x01\x02" + bytes(42)
    size = len(entry) * 400_000
    return (
        b"PK\x03\x04"
        + entry * 400_000
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, 0, 0, size, 4, 0)
    )


def endless_chain() -> bytes:
    data = bytearray(OLD)
    fat = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    (first,) = struct.unpack_from("<I", data, 48)
    struct.pack_into("<I", data, fat + 4 * first, first)
    return bytes(data)


def noise(size: int) -> str:
    return random.Random(1).randbytes(size // 2).hex()


LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in ("ab", "bc", "cd", "de", "ef"))
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="GR1048576"><v>1</v></c></row>'
LONG_TEXT = struct.pack("<IIHB", 1, 1, 8000, 0) + b"x" * 8000
SAME_TEXT = [(0x00FD, struct.pack("<HHHI", at, 0, 0, 0)) for at in range(60_000)]

BOMBS: dict[str, tuple[Callable[[], bytes], type[UnreadableFile]]] = {
    "white.xlsx": (
        lambda: repack(SMALL, {"xl/worksheets/sheet1.xml": white_space()}),
        refusals.UnpacksTooLarge,
    ),
    "wide.xlsx": (
        lambda: sheet('<sheetData><row r="1">' + "<c><v>1</v></c>" * 1_000_000 + "</row>"),
        refusals.UnpacksTooLarge,
    ),
    "far.xlsx": (lambda: sheet(f"<sheetData>{FAR}</sheetData>"), refusals.TooScattered),
    "shared.xlsx": (lambda: repeated_text(90_000), refusals.TooMuchText),
    "laughs.xlsx": (
        lambda: repack(
            SMALL,
            {"xl/worksheets/sheet1.xml": f'<!DOCTYPE t [<!ENTITY a "aaaa">{LAUGHS}]><t>&f;</t>'},
        ),
        refusals.UnsafeFile,
    ),
    "token.xlsx": (lambda: sheet(f'<a b="{noise(12 * MB)}"/>'), refusals.UnsafeFile),
    "deep.xlsx": (lambda: sheet("<a>" * 300_000), refusals.UnsafeFile),
    "nested.xlsx": (
        lambda: repack(repack(SMALL, {"_rels/.rels": ""}), {"a.zip": iter([bytes(MB)] * 60)}),
        refusals.UnpacksTooLarge,
    ),
    "understated.xlsx": (understated, refusals.DamagedFile),
    "members.xlsx": (many_members, refusals.UnpacksTooLarge),
    "far.xls": (
        lambda: biff([], [number_cell(0, 0), number_cell(65_535, 199)]),
        refusals.TooScattered,
    ),
    "shared.xls": (lambda: biff([(0x00FC, LONG_TEXT)], SAME_TEXT), refusals.TooMuchText),
    "chain.xls": (endless_chain, refusals.DamagedFile),
    "line.csv": (lambda: b"a,b\n" + b"x" * 10_000_000, refusals.LineTooLong),
    "quote.csv": (lambda: b'a,b\n"1' + b",2\n" * 3_000_000, refusals.TooManyRows),
    "record.csv": (lambda: b"a,b\n" + b'"\n",' * 900_000, refusals.QuoteNotClosed),
    "empty.csv": (lambda: b"\n" * 20_000_000, refusals.TooManyRows),
    "commas.csv": (lambda: b"," * 20_000_000, refusals.LineTooLong),
}

# The peak comes from the kernel, so that it counts what the Rust reader takes. ru_maxrss would not
# do: it is inherited from the process that started this one.
CHILD = """
import json, re, sys, time
from pathlib import Path
from services.imports.reading import UnreadableFile, read_table

def megabytes(field):
    status = Path("/proc/self/status").read_text()
    return int(re.search(field + r":\\s+(\\d+) kB", status)[1]) // 1024

def refused(path):
    data = path.read_bytes()
    Path("/proc/self/clear_refs").write_text("5")
    before, start = megabytes("VmRSS"), time.process_time()
    try:
        read_table(data, path.name)
        fact = "none"
    except UnreadableFile as refusal:
        fact = type(refusal).__name__
    return fact, time.process_time() - start, megabytes("VmHWM") - before

refused(Path(sys.argv[1], "laughs.xlsx"))
found = {path.name: refused(path) for path in sorted(Path(sys.argv[1]).iterdir())}
Path("/proc/self/clear_refs").write_text("5")
before = megabytes("VmRSS")
b"x" * (300 << 20)
found["control"] = "", 0, megabytes("VmHWM") - before
print(json.dumps(found))
"""


def test_bombs_are_refused_within_a_second_and_200_megabytes(tmp_path: Path):
    """Seconds of CPU, because others share it. The control shows that the memory is seen."""
    for name, (build, _) in BOMBS.items():
        (tmp_path / name).write_bytes(build())
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    assert found.pop("control")[2] >= 290
    assert {name: fact for name, (fact, _, _) in found.items()} == {
        name: refusal.__name__ for name, (_, refusal) in BOMBS.items()
    }
    assert {name: spent for name, (_, spent, _) in found.items() if spent > 1} == {}
    assert {name: peak for name, (_, _, peak) in found.items() if peak > 200} == {}
