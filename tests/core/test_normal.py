"""Normalisation: every usual spelling meets its twin, everything harmful is refused with words."""

import json
import string
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core import normal
from services.core.normal import InvalidValue, PhoneKind, PlateKind

NASTY = json.loads((Path(__file__).parents[1] / "data" / "nasty.json").read_text(encoding="utf-8"))[
    "cases"
]
CASES = {case["id"]: case["value"] for case in NASTY if case["encoding"] == "text"}
MARKUP = [case["id"] for case in NASTY if case["category"] in {"xss", "sql_search"}]
SIZES = {
    "N163": "A" * 10_001,
    "N167": "x " * 200_000,
    "N169": "<b>" * 20_000,
    "N171": "[" * 100_000,
    "N173": "9" * 5000,
}


def refused(make, *args, **kwargs) -> str:
    with pytest.raises(InvalidValue) as caught:
        make(*args, **kwargs)
    assert caught.value.msgid.format(**caught.value.params)
    return caught.value.code


def outcome(make, *args, **kwargs) -> tuple[object, InvalidValue | None]:
    try:
        return make(*args, **kwargs), None
    except InvalidValue as why:
        return None, why


# Text


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("N117", "control_character"),
        ("N119", "control_character"),
        ("N123", "broken_character"),
        ("N125", "broken_character"),
        ("N131", "direction_mark"),
        ("N139", "blank"),
        ("N147", "stacked_marks"),
        ("N151", "broken_character"),
        ("N157", "blank"),
        ("N159", "blank"),
        ("N161", "blank"),
    ],
)
def test_harmful_text_is_refused(key, code):
    assert refused(normal.name, CASES[key]) == code


@pytest.mark.parametrize(
    ("key", "clean"),
    [
        ("N121", ""),
        ("N127", "\U00020bb7野家"),
        ("N129", "é"),
        ("N133", "مرحبا"),
        ("N135", "张三"),
        ("N137", "李"),
        ("N145", "ß/ẞ/ı/İ"),
        ("N149", "\ufffd"),
        ("N153", "口\u3099"),
        ("N015", "=1+1"),
        ("N033", "+86 13800138000"),
    ],
)
def test_odd_text_is_kept_in_one_form(key, clean):
    assert normal.clean_text(CASES[key]) == clean


@pytest.mark.parametrize("key", MARKUP)
def test_markup_and_queries_are_text_like_any_other(key):
    assert normal.clean_text(CASES[key], lines=True) == CASES[key]


@pytest.mark.parametrize("key", ["N167"])
def test_endless_text_is_refused_before_it_is_read(key):
    assert refused(normal.clean_text, SIZES[key]) == "too_long"


def test_blanks_lines_and_what_is_not_seen():
    assert normal.clean_text("  张\u3000\u3000三\t丰 \n") == "张 三 丰"
    assert normal.clean_text("a\r\nb \u2028\tc  d\n", lines=True) == "a\nb\n\tc d"
    assert refused(normal.clean_text, "a\nb") == "many_lines"
    assert normal.clean_text("e\u0301") == "é"
    assert normal.clean_text("张\U000e0100三\u00ad\u2060") == "张三"


def test_joiners_stay_only_where_they_join():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    heart = "❤\ufe0f"
    persian = "می\u200cخواهم"
    assert normal.clean_text(family + heart) == family + heart
    assert normal.clean_text(persian) == persian
    keycap = "1\ufe0f\u20e3"
    assert normal.clean_text(keycap) == keycap
    assert normal.clean_text("张\u200d三\u200c\ufe0f") == "张三"
    assert normal.clean_text("138\u200d0013\ufe0f8000") == "13800138000"


@given(st.text(max_size=60), st.booleans())
def test_text_is_refused_or_stable(text, lines):
    once, why = outcome(normal.clean_text, text, lines=lines)
    if why is not None:
        assert why.msgid.format(**why.params)
        return
    assert normal.clean_text(once, lines=lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode().decode() == once
    assert lines or "\n" not in once


ODD = (
    "\u200b\u200c\u200d\ufe0f\u0301\u0338\u20e3\U0001f468\U0001f3fb❤=#1a张ي \t\n"
    "\u3000\u00ad\u1100\u1161\u2800\U0001d15e\u2282"
)


@given(st.text(alphabet=ODD, max_size=12), st.booleans())
def test_text_of_odd_characters_is_stable(text, lines):
    once, why = outcome(normal.clean_text, text, lines=lines)
    if why is not None:
        assert why.code in {"many_lines", "stacked_marks"}
        return
    assert normal.clean_text(once, lines=lines) == once


def test_half_width_is_not_compatibility():
    assert normal.half_width("１２３ＡＢｃ－＋（）　￥") == "123ABc-+() ¥"
    assert normal.half_width("²①½") == "²①½"


# Phones


@pytest.mark.parametrize(
    "written",
    [
        CASES["N235"],
        CASES["N237"],
        CASES["N245"],
        "13800138000",
        "0086-138-0013-8000",
        "8613800138000",
        "１３８００１３８０００",
        "(138) 0013.8000",
        " 138—0013—8000 ",
        "1380013-8000",
        "+86 1380013-8000",
        "13800138000转801",
    ],
)
def test_every_spelling_of_a_mobile_number_meets(written):
    assert normal.phone(written) == "+8613800138000"


@pytest.mark.parametrize(
    "written",
    [
        *(CASES[key] for key in ("N141", "N143", "N239", "N241", "N243", "N247", "N249")),
        "",
        "12345",
        "88123456",
        "转801",
        "110",
        "17900123456",
        "1790013800013800",
        "+",
        "()",
        "--",
        SIZES["N173"],
        "13800138000/13900139000",
        "+999123456789",
    ],
)
def test_what_is_no_phone_number_is_refused(written):
    assert refused(normal.phone, written) in {"phone", "blank"}


@pytest.mark.parametrize(
    ("written", "e164", "kind", "extension"),
    [
        ("0571-88123456", "+8657188123456", PhoneKind.FIXED, ""),
        ("（0571）88123456转801", "+8657188123456", PhoneKind.FIXED, "801"),
        ("0571-88123456-801", "+8657188123456", PhoneKind.FIXED, "801"),
        ("010-65551234 ext. 8", "+861065551234", PhoneKind.FIXED, "8"),
        ("400-812-3456", "+864008123456", PhoneKind.OTHER, ""),
        ("+852 5123 4567", "+85251234567", PhoneKind.MOBILE, ""),
        ("17012345678", "+8617012345678", PhoneKind.MOBILE, ""),
        ("19912345678", "+8619912345678", PhoneKind.MOBILE, ""),
    ],
)
def test_phones_of_other_kinds(written, e164, kind, extension):
    found = normal.telephone(written)
    assert (found.e164, found.kind, found.extension) == (e164, kind, extension)


def test_several_numbers_in_a_cell():
    two = ["+8613800138000", "+8613900139000"]
    assert normal.phones("13800138000/139 0013 9000；138-0013-8000") == two
    assert normal.phones("13800138000 13900139000") == two
    assert normal.phones("13800138000、\n13900139000") == two
    assert refused(normal.phones, "13800138000/1234") == "phone"
    assert refused(normal.phones, CASES["N249"]) == "phone"
    assert refused(normal.phones, " ; ") == "blank"


@given(st.integers(0, 10**8 - 1), st.sampled_from(["138", "139", "150", "186", "199"]))
def test_a_mobile_number_is_its_own_form(rest, start):
    written = f"{start}{rest:08d}"
    assert normal.phone(written) == normal.phone(normal.phone(written)) == "+86" + written


def test_email():
    assert normal.email(" Zhang.San＠Example.CN ") == "zhang.san@example.cn"
    for written in (CASES["N271"], CASES["N273"], "a" * 255 + "@x.cn", "a@x", "@x.cn", "a b@x.cn"):
        assert refused(normal.email, written) in {"email", "many_lines"}


# Cars


@pytest.mark.parametrize(
    ("written", "plate", "kind"),
    [
        (CASES["N263"], "京A12345", PlateKind.ORDINARY),
        (CASES["N265"], "京AD12345", PlateKind.NEW_ENERGY),
        ("浙a·12345", "浙A12345", PlateKind.ORDINARY),
        (" 浙Ａ－ｆ１２３４５", "浙AF12345", PlateKind.NEW_ENERGY),
        ("浙A12345D", "浙A12345D", PlateKind.NEW_ENERGY),
        ("粤Z1234港", "粤Z1234港", PlateKind.SPECIAL),
        ("京A1234警", "京A1234警", PlateKind.SPECIAL),
        ("川A1234学", "川A1234学", PlateKind.SPECIAL),
        ("鲁B1234挂", "鲁B1234挂", PlateKind.SPECIAL),
        ("沪A1234领", "沪A1234领", PlateKind.DIPLOMATIC),
        ("使123456", "使123456", PlateKind.DIPLOMATIC),
    ],
)
def test_plates(written, plate, kind):
    assert normal.plate(written) == plate
    assert normal.plate_kind(plate) is kind


@pytest.mark.parametrize(
    "written", ["浙A1234I", "浙AO1234", "浙A123456", "A12345", "浙12345", "浙A1234", "临A12345", ""]
)
def test_what_is_no_plate(written):
    assert refused(normal.plate, written) in {"plate", "blank"}


def test_vin():
    assert normal.vin(CASES["N251"]).code == "LFV3A23C6D3000001"
    assert normal.vin(CASES["N257"]).code == "LFV3A23C6D3000011"
    assert normal.vin("1HGCM 82633-A004352").checks
    assert normal.vin(CASES["N261"]).checks
    assert not normal.vin("1HGCM82633A004353").checks
    assert refused(normal.vin, CASES["N253"]) == "vin_length"
    assert refused(normal.vin, CASES["N255"]) == "vin_letters"
    assert refused(normal.vin, CASES["N259"]) == "vin_filler"


def test_the_check_digit_catches_one_wrong_digit():
    code = "1M8GDM9AXKP042788"
    wrong = [
        code[:at] + digit + code[at + 1 :]
        for at in (0, 2, 11, 14, 16)
        for digit in string.digits
        if digit != code[at]
    ]
    assert not any(normal.vin(other).checks for other in wrong)


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王先生", "王"),
        ("王建国先生", "王 建国"),
        ("李副总经理", "李"),
        ("张三（朋友介绍）", "张三"),
        ("Mr. John SMITH", "john smith"),
        ("ＪＯＨＮ", "john"),
    ],
)
def test_names_are_compared_without_titles(one, other):
    assert normal.name_core(one) == normal.name_core(other)


def test_a_pile_of_titles_takes_no_time():
    assert normal.name_core("王" + "副总经理" * 5000) == "王"
    assert normal.name_core("副总经理" * 19 + "x") == "副总经理" * 19 + "x"


def test_a_title_alone_is_not_taken_away():
    assert normal.name_core("先生") == "先生"
    assert normal.name_core("王建国") != normal.name_core("王建军")
    assert normal.name(" 王  建国 ") == "王 建国"
    assert refused(normal.name, "字" * 81) == "too_long"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州宏达汽车销售服务有限公司", "杭州宏达汽车销售服务"),
        ("上海（大众）贸易有限责任公司", "上海大众贸易有限公司"),
        ("Acme Trading Co., Ltd.", "ACME Trading"),
    ],
)
def test_companies_are_compared_without_legal_forms(one, other):
    assert normal.company_core(one) == normal.company_core(other)


def test_only_a_legal_form_stays():
    assert normal.company_core("有限公司") == "有限公司"
    assert normal.company_core("Group") == "group"


@pytest.mark.parametrize(
    "name", ["测试", "客户1", "先生", "Test 2", "N/A", "xxx", "哈哈哈", "123", "…"]
)
def test_names_that_say_nothing(name):
    assert normal.is_placeholder_name(name)


@pytest.mark.parametrize("name", ["王先生", "王建国", "单雪", "Amy", "李娜娜", "宁静", "吴名"])
def test_names_that_say_something(name):
    assert not normal.is_placeholder_name(name)


def test_identity_numbers():
    assert normal.id_number(" 11010519491231002x ") == "11010519491231002X"
    for written in (CASES["N267"], CASES["N269"], "110105194912310021", "1" * 18, "", "0" * 17):
        assert refused(normal.id_number, written) in {"id_number", "blank"}


# Dates


@pytest.mark.parametrize(
    "written",
    ["2026-11-21", "2026/11/21", "2026.11.21", "2026年11月21日", "20261121", "２０２６－１１－２１",
     "2026-11-21 08:30", "2026-11-20T16:00:00Z", "2026年11月21"],
)  # fmt: skip
def test_dates_as_people_write_them(written):
    assert normal.date_(written) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("N211", date(2024, 2, 29)),
        ("N221", date(2024, 1, 1)),
        ("N223", date(2024, 3, 31)),
        ("N225", date(2038, 1, 19)),
        ("N229", date(2024, 1, 1)),
    ],
)
def test_odd_dates_are_read(key, day):
    assert normal.date_(CASES[key]) == day


@pytest.mark.parametrize(
    "written",
    [
        *(CASES[key] for key in ("N209", "N213", "N215", "N217", "N219", "N227", "N231")),
        "2026-11/21",
        "2026-11",
        "0000-01-01",
        "2023-02-29",
        "9999-12-31T23:59:00-23:00",
        "2026-11-21T25:00:00Z",
        SIZES["N173"],
    ],
)
def test_what_is_no_date(written):
    assert refused(normal.date_, written) == "date"


def test_bounds_of_dates():
    assert refused(normal.date_, CASES["N207"]) == "date_early"
    assert refused(normal.date_, CASES["N233"]) == "date_early"
    assert refused(normal.date_, "2026-11-22", le=date(2026, 11, 21)) == "date_late"
    assert normal.date_("2026-11-21", ge=date(2026, 11, 21)) == date(2026, 11, 21)


def test_spreadsheet_day_numbers_only_where_asked():
    assert normal.date_(CASES["N219"], serial=True) == date(2024, 1, 1)
    assert refused(normal.date_, "19999", serial=True) == "date"
    assert refused(normal.date_, "80001", serial=True) == "date"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_in_every_form(day):
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"):
        assert normal.date_(day.strftime(form)) == day


# Numbers


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1,234.50", 123_450),
        ("¥1234.5", 123_450),
        ("￥１，２３４．５０", 123_450),
        ("12.8万", 12_800_000),
        ("12.8万元", 12_800_000),
        ("1234 元", 123_400),
        ("RMB 20", 2000),
        ("0", 0),
        (CASES["N181"], 10_000),
        ("1.2亿", 12_000_000_000),
        ("10,000,000,000.00", 10**12),
    ],
)
def test_money(written, fen):
    assert normal.money_fen(written) == fen


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("NaN", "money"),
        ("inf", "money"),
        ("1e3", "money"),
        ("-1", "money"),
        ("(1)", "money"),
        ("1,23", "money"),
        ("1.", "money"),
        (".5", "money"),
        ("$5", "money"),
        (SIZES["N173"], "money"),
        (CASES["N195"], "money"),
        (CASES["N199"], "money"),
        (CASES["N201"], "money_scale"),
        ("0.1234567万", "money_scale"),
        ("10000000000.01", "money_high"),
        ("", "blank"),
    ],
)
def test_what_is_no_money(written, code):
    assert refused(normal.money_fen, written) == code


@given(st.integers(0, 10**12))
def test_money_reads_back(fen):
    assert normal.money_fen(f"{fen // 100}.{fen % 100:02d}") == fen
    assert normal.money_fen(f"{fen // 100:,}.{fen % 100:02d}") == fen


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("N177", "number_low"),
        ("N179", "integer"),
        ("N183", "number_high"),
        ("N185", "number_high"),
        ("N187", "integer"),
        ("N189", "integer"),
        ("N191", "integer"),
        ("N195", "integer"),
        ("N197", "blank"),
        ("N199", "integer"),
        ("N201", "integer"),
        ("N205", "integer"),
        ("N141", "integer"),
        ("N143", "integer"),
    ],
)
def test_what_is_no_quantity(key, code):
    assert refused(normal.integer, CASES[key], 1, 2**31 - 1) == code


def test_quantities():
    assert normal.integer(CASES["N181"], 1, 1000) == 100
    assert normal.integer(CASES["N193"], 1, 1000) == 5
    assert normal.integer(CASES["N203"], 1, 1000) == 7
    assert normal.integer("52,000", 0, 10**6) == 52_000
    assert refused(normal.integer, SIZES["N173"], 0, 10) == "number_high"


@given(st.text(max_size=30))
def test_any_text_gives_a_value_or_a_reason(text):
    makers = (
        normal.phone,
        normal.phones,
        normal.email,
        normal.plate,
        normal.vin,
        normal.name,
        normal.id_number,
        normal.date_,
        normal.money_fen,
        lambda written: normal.integer(written, 0, 10),
    )
    for make in makers:
        value, why = outcome(make, text)
        assert (value is None) == (why is not None)
        assert why is None or why.msgid.format(**why.params)
    assert isinstance(normal.is_placeholder_name(text), bool)
    assert isinstance(normal.company_core(text) + normal.name_core(text), str)
