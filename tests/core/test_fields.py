"""The types of input models: what they take, what they say when they refuse."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from services.core import clock, fields

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
"""Already the next day in Shanghai."""


def take(kind, value):
    return TypeAdapter(kind).validate_python(value)


def refused(kind, value) -> str:
    with pytest.raises(ValidationError) as caught:
        take(kind, value)
    (error,) = caught.value.errors(include_input=False)
    assert error["msg"]
    return error["type"]


def test_text_is_cleaned_before_it_is_measured():
    assert take(fields.Line, "  " + "a" * 200 + " ") == "a" * 200
    assert refused(fields.Line, "a" * 201) == "too_long"
    assert refused(fields.Line, " \u200b ") == "blank"
    assert refused(fields.Line, "a\nb") == "many_lines"
    assert take(fields.Name, "张\u200b三") == "张三"
    assert refused(fields.Name, "字" * 81) == "too_long"
    assert refused(fields.Name, "a\ud83d") == "broken_character"
    assert take(fields.LongText, "漢" * 4000) == "漢" * 4000
    assert take(fields.LongText, " 甲\r\n乙 ") == "甲\n乙"
    assert refused(fields.LongText, "A" * 10_001) == "too_long"
    assert refused(fields.LongText, "x " * 200_000) == "too_long"
    assert take(Annotated[str, fields.text(60, least=0)], "  ") == ""
    assert refused(Annotated[str, fields.text(60, least=3)], "ab") == "too_short"


@pytest.mark.parametrize(
    "kind", [fields.Line, fields.Name, fields.Phone, fields.Code, fields.Email]
)
@pytest.mark.parametrize("value", [None, 1, True, 1.5, b"a", ["a"]])
def test_text_is_text(kind, value):
    assert refused(kind, value) == "not_text"


def test_refusals_carry_a_message_with_parameters():
    with pytest.raises(ValidationError) as caught:
        take(fields.Line, "a" * 201)
    (error,) = caught.value.errors()
    assert error["ctx"] == {"max": 200, "template": "This is too long (at most {max} characters)"}
    assert error["msg"] == "This is too long (at most 200 characters)"


def test_blank_may_mean_none():
    assert take(fields.OrNone[fields.Phone], " \u3000 ") is None
    assert take(fields.OrNone[fields.Phone], None) is None
    assert take(fields.OrNone[fields.BirthDate], "") is None
    assert take(fields.OrNone[fields.Phone], "138 0013 8000") == "+8613800138000"
    assert refused(fields.OrNone[fields.Phone], "1234") == "phone"


def test_user_names():
    assert take(fields.Username, " Zhang.San ") == "zhang.san"
    for name in ("ad\u00admin", "ab", "a" * 41, "zhang san", "\u212aate", "张三三", "a/b", ""):
        assert refused(fields.Username, name) == "username"


def test_codes():
    assert take(fields.Code, " TS-202611-0001 ") == "TS-202611-0001"
    for code in ("", "a b", "é", "a" * 65, "１２３"):
        assert refused(fields.Code, code) == "code"


def test_contact_and_cars():
    assert take(fields.Email, "A@Example.cn") == "a@example.cn"
    assert take(fields.Plate, "浙a·12345") == "浙A12345"
    assert take(fields.VinCode, "lfv3a23c6d3000001") == "LFV3A23C6D3000001"
    assert take(fields.IdNumber, "11010519491231002x") == "11010519491231002X"
    assert refused(fields.VinCode, "LFV3A23C6D3I00001") == "vin_letters"


@pytest.mark.parametrize("kind", [fields.BirthDate, fields.PastDate])
def test_past_dates_end_today_in_shanghai(kind, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert take(kind, TODAY) == TODAY
    assert take(kind, "2026年11月21日") == TODAY
    assert refused(kind, TODAY + timedelta(days=1)) == "date_late"
    assert refused(kind, date(1899, 12, 31)) == "date_early"
    assert refused(kind, "2038-01-19T03:14:08Z") == "date_late"
    assert refused(kind, NOW) == "not_date"
    assert refused(kind, 45292) == "not_date"
    assert refused(kind, "45292") == "date"


def test_dates_in_range():
    assert take(fields.DateInRange, "2038-01-19") == date(2038, 1, 19)
    year = Annotated[date, fields.dates(date(2026, 1, 1), date(2026, 12, 31))]
    assert take(year, "2026/1/1") == date(2026, 1, 1)
    assert refused(year, "2027-01-01") == "date_late"


NO_INTEGERS = [True, False, 1.0, 1.5, float("nan"), Decimal(1), None, b"1", "1.0", "1e3", "٥", "-0"]


@pytest.mark.parametrize(
    "kind", [fields.Kilometres, fields.Count, fields.Quantity, fields.PositiveId]
)
@pytest.mark.parametrize("value", NO_INTEGERS, ids=repr)
def test_whole_numbers_are_whole_numbers(kind, value):
    assert refused(kind, value) == "integer"


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        (fields.Kilometres, 0, 2_000_000),
        (fields.Count, 0, 2**31 - 1),
        (fields.Quantity, 1, 2**31 - 1),
        (fields.PositiveId, 1, 2**31 - 1),
    ],
)
def test_bounds_of_whole_numbers(kind, least, most):
    assert take(kind, least) == take(kind, str(least)) == least
    assert take(kind, most) == take(kind, str(most)) == most
    assert refused(kind, least - 1) == "number_low"
    assert refused(kind, most + 1) == refused(kind, str(most + 1)) == "number_high"
    assert refused(kind, "9" * 5000) == "number_high"


def test_money_is_either_fen_or_written_yuan():
    assert take(fields.Fen, 123_450) == 123_450
    assert take(fields.Fen, 10**12) == 10**12
    for value in (True, 1.0, "12", Decimal(1)):
        assert refused(fields.Fen, value) == "integer"
    assert refused(fields.Fen, -1) == "number_low"
    assert refused(fields.Fen, 10**12 + 1) == "number_high"
    assert take(fields.YuanText, "1,234.5") == 123_450
    assert refused(fields.YuanText, 12) == "not_text"
    assert refused(fields.YuanText, "0.001") == "money_scale"


def test_request_ids():
    made = uuid4()
    assert take(fields.RequestId, made) == take(fields.RequestId, str(made)) == made
    assert take(fields.RequestId, made.hex) == made
    for value in ("", "x", 1, None, f"{{{made}}}", f"urn:uuid:{made}", str(made) + "\n", made.int):
        assert refused(fields.RequestId, value) == "request_id"


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    password: fields.Password
    request_id: fields.RequestId
    note: fields.OrNone[fields.LongText] = None


def test_a_model_of_fields_keeps_a_password_to_itself():
    form = Form(password=" violet kayak ninety ", request_id=str(uuid4()), note=" ")
    assert form.password.get_secret_value() == " violet kayak ninety "
    assert "kayak" not in repr(form)
    assert isinstance(form.request_id, UUID)
    assert form.note is None
    assert Form.model_validate(form.model_copy().__dict__) == form


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_short"),
        ("a" * 73, "password_long"),
        ("汉" * 25, "password_long"),
        ("twelve\x00chars", "control_character"),
        ("twelve chars\ud83d", "broken_character"),
        (123456789012, "not_text"),
    ],
)
def test_passwords_out_of_bounds(password, code):
    assert refused(fields.Password, password) == code


@pytest.mark.parametrize(
    "password", ["a" * 12, "汉" * 24, "a" * 72, "пароль из слов", "12 tabs  here"]
)
def test_passwords_of_any_script(password):
    assert take(fields.Password, password).get_secret_value() == password


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!!",
        "passwordpassword",
        "DealerCare2026",
        "客户关怀2026密码2026",
        "qwertyuiop!!!",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "lkjhgfdsapoiuy",
        "aaaaaaaaaaaaB",
        "abcabcabcabc",
        "138571162081",
        "19900101-2026",
        "woaini5201314",
        "correcthorsebatterystaple",
        "zhangwei-is-here-9",
        "iewgnahz-is-here-9",
        "ＰＡＳＳＷＯＲＤ1234",
    ],
)
def test_guessable_passwords(password):
    assert take(fields.Password, password)
    assert fields.weak_password(password, "zhangwei")


@pytest.mark.parametrize(
    "password",
    [
        "violet kayak ninety",
        "tulip-harbor-moss",
        "Xk9$vQ2m!pLz",
        "小明爱吃西湖醋鱼和龙井虾仁",
        "Sommer in Hangzhou 88 Mal",
        "C9vT!x7Kq2We",
    ],
)
def test_good_passwords(password):
    assert fields.weak_password(password, "zhangwei") is None
    assert fields.weak_password(password, "") is None


def test_every_common_password_is_refused():
    from services.core.normal import secret

    lines = (secret._HERE / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if not line.startswith("#")]
    assert len(listed) >= 1000
    assert len(set(listed)) == len(listed)
    assert min(map(len, listed)) >= 12
    assert [word for word in listed if fields.weak_password(word.title(), "nobody") is None] == []
