"""Search grams: what is part of a value is found, on a real FTS5 table too."""

import json
import sqlite3
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import grams
from services.core import normal

NASTY = json.loads((Path(__file__).parents[1] / "data" / "nasty.json").read_text(encoding="utf-8"))[
    "cases"
]
SURNAMES = "王李张刘陈杨单翟曾仇解区查朴乐盖吕尉欧阳"
GIVEN = "小明建国芳娜雪亮乐长重朝伟梅"


def chinese(given_names):
    return st.builds(
        "{}{}".format,
        st.sampled_from(SURNAMES),
        st.text(alphabet=given_names, min_size=1, max_size=5),
    )


HAN = chinese(GIVEN)
LATIN = st.text(alphabet=string.ascii_letters + " -'éßÜ", min_size=2, max_size=20)
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
PLATES = st.builds(
    lambda place, rest: place + rest,
    st.sampled_from(["浙A", "京B", "粤Z"]),
    st.text(alphabet=PLATE_LETTERS, min_size=5, max_size=6),
)
VINS = st.text(alphabet=PLATE_LETTERS.replace("Q", ""), min_size=17, max_size=17)
MOBILES = st.integers(13_000_000_000, 19_999_999_999).map(str)
FIXED = st.builds(
    "{}{}".format, st.sampled_from(["10", "571", "755"]), st.integers(10**7, 10**8 - 1)
)


def customer(number="C000123", *, name="", phone="", plate="", vin="") -> set[str]:
    return grams.grams_of(number=number, names=[name], phones=[phone], plates=[plate], vins=[vin])


def is_found(query: str, among: set[str], *, parts: bool = True) -> bool:
    ways = grams.query_grams(query, parts=parts)
    return any(among.issuperset(way) for way in ways)


WANG = customer(name="王小明", phone="+8613857116208", plate="浙A12345", vin="LSVAU2180N2183294")
SHAN = customer(
    "C004567", name="单建国", phone="+8657188123456", plate="粤BD12345", vin="1HGCM82633A004352"
)


@pytest.mark.parametrize(
    "query",
    [
        "小明", "王", "王小明", "王 明", "xm", "wxm", "XM", "wangxiao", "wang xiao", "WANG", "ming",
        "13857", "6208", "138", "57116208", "138 5711 6208", "1385 711 6208", "138-5711-6208",
        "+86 138 5711 6208", "008613857116208", "8613857", "１３８５７", "浙A12", "浙a·123",
        "A12345", "A1", "浙A 12345", "LSVAU", "lsv au2", "N2183294", "183294", "C000123", "c123",
        "000123", "00012", "123", "王 138", "王 138 浙A", "王'小明", "小明 6208 A12 第四个词",
        "小\u200b明",
    ],
)  # fmt: skip
def test_what_people_type_is_found(query):
    assert is_found(query, WANG)


@pytest.mark.parametrize(
    "query",
    ["小李", "明小", "sm", "dxm", "wangda", "13858", "浙B12", "A12346", "LSVAX", "C000124", "c12",
     "王 139", "李 138", "8888", "1385711620 8888"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(query):
    assert not is_found(query, WANG)


def test_fixed_lines_are_found_as_they_are_dialled():
    for query in ("0571-88123456", "0571 8812", "057188123456", "88123456", "571881", "0571"):
        assert is_found(query, SHAN)
    assert grams.dialled("+864008123456") == "4008123456"
    assert grams.dialled("+85251234567") == "85251234567"
    abroad = customer(phone="+85251234567")
    for query in ("51234567", "+852 5123 4567", "0085251234567"):
        assert is_found(query, abroad)


def test_masked_roles_search_a_whole_number_or_its_end():
    for query in ("13857116208", "+86 138-5711-6208", "138 5711 6208", "6208"):
        assert is_found(query, WANG, parts=False)
    for query in ("057188123456", "57188123456", "0571-88123456", "3456"):
        assert is_found(query, SHAN, parts=False)
    for query in ("13857", "138", "5711", "3857116208", "1385711620", "57116", "85711620"):
        assert not is_found(query, WANG, parts=False)
    for query in ("小明", "wxm", "wangxiao", "C000123", "00012"):
        assert is_found(query, WANG, parts=False)


@pytest.mark.parametrize(
    "query",
    ["浙A12345", "浙a·12345", "浙A 12345", "A12345", "2345", "王 2345", "小明 12345", "3294",
     "LSVAU2180N2183294", "lsvau 2180n 2183294", "N2183294", "183294"],
)  # fmt: skip
def test_masked_roles_search_a_plate_or_a_vin_whole_or_by_its_end(query):
    assert is_found(query, WANG, parts=False)


@pytest.mark.parametrize(
    "query",
    ["浙A", "浙A1", "浙A1234", "A1234", "1234", "345", "45", "LSVAU", "LSV", "294", "80N2183294",
     "SVAU2180N2183294", "LSVAU2180N218329", "王 345", "小明 A123"],
)  # fmt: skip
def test_masked_roles_search_them_by_no_other_part(query):
    assert not is_found(query, WANG, parts=False)
    assert is_found(query, WANG)


@given(PLATES, VINS, st.data())
def test_masked_roles_find_no_other_part_of_a_plate_or_a_vin(plate, vin, data):
    own = customer(number="", plate=plate, vin=vin)
    for text in (plate, vin):
        if any(char.isdigit() for char in text[-4:]):
            assert is_found(text, own, parts=False)
            assert is_found(text[-data.draw(st.integers(4, len(plate))) :], own, parts=False)
        at = data.draw(st.integers(0, len(text) - 2))
        part = text[at : data.draw(st.integers(at + 2, len(text) - (not at)))]
        is_end = any(whole.endswith(part) and len(part) >= 4 for whole in (plate, vin))
        assert is_end or not is_found(part, own, parts=False)


@given(st.text(max_size=40) | st.from_regex(r"[浙A-Z0-9 ]{1,20}", fullmatch=True))
def test_masked_queries_ask_for_no_part_and_without_a_digit_for_no_number(query):
    kinds = {
        gram.removeprefix("m")[0] for way in grams.query_grams(query, parts=False) for gram in way
    }
    assert not kinds & set("pkv")
    if not any(char.isdigit() for char in grams.fold(query)):
        assert not kinds & set("tle")


@pytest.mark.parametrize(
    ("name", "written", "letters"),
    [
        ("王建国", "wang jian guo", ["wjg"]),
        ("单雪", "shan xue", ["dx", "sx"]),
        ("翟亮", "zhai liang", ["dl", "zl"]),
        ("曾国", "zeng guo", ["cg", "zg"]),
        ("欧阳娜娜", "ou yang na na", ["oynn"]),
        ("单于明", "chan yu ming", ["cym", "dym", "sym"]),
        ("尉迟恭", "yu chi gong", ["wcg", "ycg"]),
        ("吕方", "lv fang", ["lf"]),
        ("查 理", "zha li", ["cl", "zl"]),
        ("张乐", "zhang le", ["zl", "zy"]),
        ("John Smith", "john smith", ["js"]),
        ("张John", "zhang john", ["zj"]),
        ("李\U00020bb7", "li \U00020bb7", ["l"]),
        ("", "", []),
        ("…", "", []),
    ],
)
def test_pinyin(name, written, letters):
    assert grams.pinyin(name) == written
    assert grams.initials(name) == letters


def test_pinyin_fits_its_column():
    assert len(grams.pinyin("双" * 80)) <= grams.PINYIN_LIMIT
    assert len(grams.initials("单" + "乐" * 20)) <= grams.READINGS_LIMIT
    assert {way[0] for way in grams.initials("单" + "乐" * 20)} == {"s", "d"}


@pytest.mark.parametrize("query", ["lv", "lvfang", "lufang", "lyufang", "lf", "LüFang", "吕"])
def test_umlauts_are_found_however_they_are_typed(query):
    assert is_found(query, customer(name="吕方"))


@pytest.mark.parametrize("query", ["shan", "dan", "sx", "dx", "shanxue", "danxue"])
def test_every_reading_of_a_surname_is_found(query):
    assert is_found(query, customer(name="单雪"))


@pytest.mark.parametrize("query", ["li", "ma", "wu", "limin", "min"])
def test_short_syllables_are_found(query):
    assert is_found(query, customer(name="李敏") | customer(name="马敏") | customer(name="吴敏"))


@pytest.mark.parametrize("query", ["müller", "MULLER", "strasse", "straße", "üll", "Hans Müller"])
def test_accents_and_case_do_not_matter(query):
    assert is_found(query, customer(name="Hans Müller-Straße"))


@pytest.mark.parametrize(
    "query", ["", " ", "x", "5", "%", "*", '"', "\x00", "😀", "' -- ;", "_____"]
)
def test_too_little_is_not_searched(query):
    assert grams.query_grams(query) == []


@given(chinese(GIVEN + "\U00020bb7龘あ한"), st.data())
def test_every_part_of_a_chinese_name_is_found(name, data):
    own = customer(name=name)
    at = data.draw(st.integers(0, len(name) - 1))
    until = data.draw(st.integers(at + 1, len(name)))
    assert is_found(name[at:until], own)


@given(HAN, st.data())
def test_every_part_of_pinyin_and_initials_is_found(name, data):
    own = customer(name=name)
    joined = grams.pinyin(name).replace(" ", "")
    at = data.draw(st.integers(0, len(joined) - 3))
    assert is_found(joined[at : at + data.draw(st.integers(3, 12))], own)
    for letters in grams.initials(name):
        start = data.draw(st.integers(0, len(letters) - 2))
        assert is_found(letters[start : start + data.draw(st.integers(2, 6))], own)


@given(LATIN, st.data())
def test_every_part_of_a_latin_name_is_found(name, data):
    own = customer(name=normal.clean_text(name))
    at = data.draw(st.integers(0, len(name) - 1))
    part = name[at : at + data.draw(st.integers(2, 20))]
    if grams.query_grams(part):
        assert is_found(part, own)
    else:
        assert all(len(grams.fold(word)) < 2 for word in part.split())


@given(MOBILES, st.data())
def test_every_part_of_a_mobile_number_is_found(number, data):
    own = customer(phone="+86" + number)
    at = data.draw(st.integers(0, 7))
    assert is_found(number[at : data.draw(st.integers(at + 4, 11))], own)
    assert is_found(number[:3], own)
    assert is_found(number, own, parts=False)
    assert is_found(number[-4:], own, parts=False)


@given(FIXED, st.data())
def test_every_part_of_a_fixed_number_is_found(number, data):
    own = customer(phone="+86" + number)
    at = data.draw(st.integers(0, len(number) - 4))
    assert is_found(number[at : data.draw(st.integers(at + 4, len(number)))], own)
    assert is_found("0" + number, own, parts=False)


@given(PLATES, VINS, st.data())
def test_every_part_of_plate_and_vin_is_found(plate, vin, data):
    own = customer(plate=plate, vin=vin)
    for text in (plate, vin):
        at = data.draw(st.integers(0, len(text) - 3))
        part = text[at : data.draw(st.integers(at + 3, len(text)))]
        assert is_found(part, own)
        assert is_found(part.lower(), own)


@given(st.integers(0, 10**8), st.sampled_from(["C", "KH", ""]), st.data())
def test_every_part_of_a_customer_number_is_found(serial, letters, data):
    number = f"{letters}{serial:06d}"
    own = customer(number)
    at = data.draw(st.integers(0, len(number) - 3))
    assert is_found(number[at : data.draw(st.integers(at + 3, len(number)))], own)
    if serial > 9:
        assert is_found(str(serial), own)


@given(st.text(max_size=200), st.text(max_size=30))
def test_grams_are_plain_tokens(query, name):
    made = customer(name=name)
    for way in grams.query_grams(query):
        assert 0 < len(way) <= 24 * grams.WORDS_LIMIT
        made.update(way)
    assert all(grams._COMMON.fullmatch(gram) and gram[0] in "niyspltkveczm" for gram in made)


def test_a_long_query_is_cut():
    ways = grams.query_grams("明" * 10_000)
    assert ways == [["n明明"]]
    assert len(grams.query_grams("a1 " * 4000)) <= 7**grams.WORDS_LIMIT
    assert is_found("王小明" + " " * 5000 + "x" * 5000, WANG)


@pytest.fixture
def table():
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE t USING fts5(g, content='', detail=none,"
        ' tokenize="unicode61 remove_diacritics 0")'
    )
    connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(t, row)")
    yield connection
    connection.close()


def tokens(table) -> set[str]:
    return {term for (term,) in table.execute("SELECT term FROM words")}


def fill(table, *rows: set[str]) -> None:
    table.executemany(
        "INSERT INTO t(rowid, g) VALUES (?, ?)",
        [(at, " ".join(sorted(row))) for at, row in enumerate(rows, 1)],
    )


def test_fts5_keeps_every_common_character_as_one_token(table):
    chars = [chr(c) for a, b in ((0x3400, 0x4DB5), (0x4E00, 0x9FA5)) for c in range(a, b + 1)]
    made = {"n" + char for char in chars} | {f"n{char}明" for char in chars}
    fill(table, made)
    assert tokens(table) == made


@given(names=st.lists(st.text(max_size=20), max_size=5))
def test_fts5_keeps_grams_of_any_name(names):
    with sqlite3.connect(":memory:") as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE t USING fts5(g, content='', detail=none,"
            ' tokenize="unicode61 remove_diacritics 0")'
        )
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(t, row)")
        made = set().union(*(customer(name=name) for name in names))
        fill(connection, made)
        assert tokens(connection) == made
    connection.close()


def matches(table, query: str) -> set[int]:
    expression = grams.match_expression(grams.query_grams(query))
    rows = table.execute("SELECT rowid FROM t WHERE t MATCH ?", (expression,))
    return {row for (row,) in rows}


def test_fts5_finds_what_the_sets_find(table):
    fill(table, WANG, SHAN, customer("C9", name="\U00020bb7野 龘"))
    assert tokens(table) == WANG | SHAN | customer("C9", name="\U00020bb7野 龘")
    assert matches(table, "小明") == {1}
    assert matches(table, "建国") == matches(table, "djg") == matches(table, "sjg") == {2}
    assert matches(table, "12345") == {1, 2}
    assert matches(table, "138 5711 6208") == {1}
    assert matches(table, "王 138 浙A") == {1}
    assert matches(table, "\U00020bb7野") == matches(table, "野 龘") == {3}
    assert matches(table, "c9") == {3}


@pytest.mark.parametrize(
    "case",
    [case for case in NASTY if case["category"] == "sql_search"],
    ids=lambda case: case["id"],
)
def test_query_language_is_harmless(table, case):
    fill(table, WANG, customer("C7", name=case["value"]))
    ways = grams.query_grams(case["value"])
    if ways:
        assert 2 in matches(table, case["value"])
    else:
        assert grams.match_expression(ways) == ""


@pytest.mark.parametrize(
    "query", ['" OR NEAR(a b)', "g:王", "wang* NOT li", "^wang", "{g}: x", "AND OR NOT", "a+b -c"]
)
def test_operators_are_words(table, query):
    fill(table, WANG, customer("C7", name=query))
    if grams.query_grams(query):
        assert 2 in matches(table, query)
