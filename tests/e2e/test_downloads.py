"""Files that leave the house, on a real server: for whom they are, and written down.

ASVS 3.5.8, 5.4.1-5.4.3, 8.2.1, 8.2.2, 14.3.2.
"""

import io
import logging
from email.message import EmailMessage
from uuid import uuid4

import openpyxl
import pytest
from starlette.requests import Request

from db.models import AuditEntry, ComplaintFile, Severity, User
from server import downloads
from services import complaints, decks, imports, sessions, users
from services.complaints import exporting
from services.core import clock, run
from services.core.access import SignedIn, System
from services.core.errors import Unavailable
from services.decks import gathering
from tests.e2e.asking import ask
from tests.e2e.server import Live, at_live, live, on_both
from tests.services.complaint_deeds import laid
from tests.services.papers import JPEG, PDF
from tests.services.test_complaint_filing import LETTER, add, paper
from tests.services.test_imports import check, person, table
from tests.services.test_sessions import come_in

__all__ = ["at_live", "live"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def batch(at_live: Live) -> int:
    """A dry run of store 1 with two wrong rows."""
    rows = [person(1), person(2, name="李四", phone="12"), person(3, phone="=1+1")]
    return check(at_live.dealer, "customers", table(*rows))


def wrong_rows(live: Live, batch: object) -> str:
    return f"{live.url}/files/imports/{batch}/wrong-rows.xlsx"


def exported(live: Live, batch: int) -> list[AuditEntry]:
    found = [row for row in live.dealer.rows(AuditEntry) if row.action == "imports:exported"]
    return [row for row in found if row.subject_id == batch]


@on_both
def test_wrong_rows_are_handed_to_their_manager_and_written_down(at_live: Live, batch: int) -> None:
    token = come_in("manager").token
    answer = ask(f"{wrong_rows(at_live, batch)}?language=zh_CN", token=token)
    assert answer.status == 200
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    said = EmailMessage()
    said["Content-Disposition"] = answer.headers["content-disposition"]
    assert said.get_content_disposition() == "attachment"
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].isascii()
    sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).active
    assert [sheet.cell(line, 2).value for line in (1, 2, 3)] == ["文件行号", "3", "4"]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line if cell.value} == {"s"}
    [entry] = exported(at_live, batch)
    assert (entry.actor_name, entry.details) == ("manager 某", {"rows": 2})
    english = ask(wrong_rows(at_live, batch), token=token, Accept_Language="en-GB,en;q=0.8")
    assert openpyxl.load_workbook(io.BytesIO(english.body)).active["B1"].value == "Row in the file"


def test_strangers_and_the_signed_out_get_nothing(at_live: Live, batch: int) -> None:
    ended, disabled = come_in("manager").token, come_in("director").token
    run.perform(sessions.end, SignedIn(sessions.digest(ended)), sessions.Nothing())
    row = at_live.dealer.row(User, at_live.dealer.user_id("director"))
    off = users.SwitchUser(request_id=uuid4(), id=row.id, version=row.version, is_active=False)
    run.perform(users.switch, at_live.dealer.caller("admin"), off)
    for token in ("", "x", ended, disabled):
        answer = ask(wrong_rows(at_live, batch), token=token, Accept_Language="en")
        assert (answer.status, answer.body) == (401, b"You are signed out. Please sign in again")
    chinese = ask(wrong_rows(at_live, batch), Accept_Language="zh-CN,zh;q=0.9,en;q=0.8")
    assert "请重新登录" in chinese.body.decode()
    assert chinese.headers["content-type"] == "text/plain; charset=utf-8"
    assert exported(at_live, batch) == []


@pytest.mark.parametrize("who", ["manager2", "sales", "club", "admin", "guest"])
def test_whom_it_is_not_for_learns_not_even_that_it_exists(
    at_live: Live, batch: int, who: str
) -> None:
    token = come_in(who).token
    his = ask(wrong_rows(at_live, batch), token=token)
    absent = ask(wrong_rows(at_live, batch + 1000), token=token)
    assert his.status == absent.status == 404
    assert his.body == absent.body
    assert exported(at_live, batch) == []


@pytest.mark.parametrize("asked", ["0", "-1", "x", "99999999999999999999", "%C2%B2"])
def test_nonsense_in_the_address_is_absent(at_live: Live, asked: str) -> None:
    assert ask(wrong_rows(at_live, asked), token=come_in("manager").token).status == 404


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)],
)
def test_other_sites_may_not_make_a_browser_fetch(
    at_live: Live, batch: int, site: str, status: int
) -> None:
    answer = ask(wrong_rows(at_live, batch), token=come_in("steward").token, Sec_Fetch_Site=site)
    assert answer.status == status
    assert len(exported(at_live, batch)) == (status == 200)


@on_both
def test_the_ledger_is_handed_out_as_it_was_narrowed(at_live: Live) -> None:
    for serial, severity in enumerate((Severity.L1, Severity.L3), start=1):
        laid(at_live.dealer, f"TS-202606-900{serial}", severity=severity)
    link = f"{at_live.url}/files/complaints/ledger.xlsx?severity=l3&number=900&language=en&x=1"
    answer = ask(link, token=come_in("manager").token)
    assert answer.status == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).active
    assert [cell.value for cell in sheet["A"]] == ["Number", "TS-202606-9002"]
    found = [row for row in at_live.dealer.rows(AuditEntry) if row.action == "complaints:exported"]
    assert [entry.details for entry in found] == [
        {"rows": 1, "filters": {"severity": "l3", "number": "900"}}
    ]


def test_a_ledger_that_is_too_long_or_not_his_is_refused_in_words(
    at_live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(at_live.dealer, "TS-202606-9100")
    link = f"{at_live.url}/files/complaints/ledger.xlsx"
    assert ask(link, token=come_in("sales").token).status == 404
    token = come_in("manager").token
    for nonsense in ("store_id=x", "severity=l9", "number=%C2%B2", "language=xx&part=no"):
        assert ask(f"{link}?{nonsense}", token=token).status == 404
    monkeypatch.setattr(exporting, "FEW", 0)
    request = Request(
        {
            "type": "http",
            "scheme": "http",
            "path": "/",
            "path_params": {},
            "query_string": b"language=en",
            "headers": [(b"host", b"x"), (b"cookie", f"crm={token}".encode())],
        }
    )
    make = downloads._written_down(complaints.export_ledger, complaints.ExportLedger)
    answer = downloads._answer(request, make)
    assert answer.status_code == 409
    assert "At most 0 complaints" in bytes(answer.body).decode()


@on_both
def test_a_paper_is_handed_out_as_it_came_and_never_shown(at_live: Live) -> None:
    key = laid(at_live.dealer)
    add(at_live.dealer, key, paper("划痕 1.JPG", JPEG), LETTER)
    [photo, letter] = [row.id for row in at_live.dealer.rows(ComplaintFile)]
    token = come_in("manager").token
    for file_id, content, media_type, name in (
        (photo, JPEG, "image/jpeg", "%E5%88%92%E7%97%95%201.JPG"),
        (letter, PDF, "application/pdf", "%E6%8A%95%E8%AF%89%E4%BF%A1.pdf"),
    ):
        answer = ask(f"{at_live.url}/files/complaints/papers/{file_id}?language=en", token=token)
        assert (answer.status, answer.body) == (200, content)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["content-disposition"].endswith(f"''{name}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    taken = [row for row in at_live.dealer.rows(AuditEntry) if "file_taken" in row.action]
    assert [row.details["file"] for row in taken] == [photo, letter]
    other, stranger = come_in("sales2").token, ""
    link = f"{at_live.url}/files/complaints/papers/{{}}"
    for asked in (photo, photo + 1000, "0", "-1", "x", "99999999999999999999"):
        assert ask(link.format(asked), token=other).status == 404
    assert ask(link.format(photo), token=stranger).status == 401
    assert ask(f"{link.format(photo)}?file_id={letter}", token=token).body == JPEG


@on_both
def test_a_deck_is_handed_out_in_both_forms_to_whom_it_is_for(at_live: Live) -> None:
    month = gathering.month_before(f"{clock.today():%Y-%m}")
    decks.freeze_month(System("tests"), month)
    link = f"{at_live.url}/files/decks/{month}"
    token = come_in("steward").token
    for kind, mark, media_type in (
        ("pptx", b"PK", "vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("pdf", b"%PDF", "pdf"),
    ):
        answer = ask(f"{link}.{kind}?language=en", token=token)
        assert answer.status == 200
        assert answer.body.startswith(mark)
        assert answer.headers["content-type"] == f"application/{media_type}"
        assert answer.headers["content-disposition"].endswith(f"{month}.{kind}")
    for absent in (f"{link}.docx", f"{at_live.url}/files/decks/2026-13.pptx", f"{link}x.pdf"):
        assert ask(absent, token=token).status == 404
    assert ask(f"{link}.pptx", token=come_in("service").token).status == 404
    assert ask(f"{link}.pptx").status == 401


def test_a_file_is_not_asked_for_by_other_means(at_live: Live, batch: int) -> None:
    token = come_in("steward").token
    for method in ("POST", "PUT", "DELETE"):
        assert ask(wrong_rows(at_live, batch), method=method, token=token).status == 405
    assert exported(at_live, batch) == []


def test_the_rules_are_handed_to_who_may_see_complaints(at_live: Live) -> None:
    link = f"{at_live.url}/files/complaints/rules/2026-06-08/1.pdf?language=en"
    answer = ask(link, token=come_in("guest").token)
    assert (answer.status, answer.body[:5]) == (200, b"%PDF-")
    assert ask(link, token=come_in("admin").token).status == 404
    for wrong in ("2026-13-08/1", "2026-06-08/99", "2026-06-08/x", "x/y"):
        absent = link.replace("2026-06-08/1", wrong)
        assert ask(absent, token=come_in("guest").token).status == 404


def test_a_template_is_handed_to_who_may_import(at_live: Live) -> None:
    link = f"{at_live.url}/files/imports/templates/sales.xlsx?language=zh_CN"
    answer = ask(link, token=come_in("steward").token)
    assert answer.status == 200
    assert openpyxl.load_workbook(io.BytesIO(answer.body)).active.max_row == 2
    assert ask(link, token=come_in("sales").token).status == 404
    assert ask(link.replace("sales.", "cats."), token=come_in("steward").token).status == 404
    for absent in ("/files/imports", "/files/", "/files/x/y.xlsx"):
        assert ask(at_live.url + absent, token=come_in("steward").token).status == 404


@pytest.mark.parametrize(
    ("trouble", "status", "says"),
    [(Unavailable(), 503, "database"), (ValueError("SECRET-NAME"), 500, "Tell your administrator")],
)
def test_trouble_is_worded_and_a_bug_gets_a_number(
    trouble: Exception, status: int, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    def make(*_: object) -> downloads.File:
        raise trouble

    headers = [(b"accept-language", b"en"), (b"host", b"x")]
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": "/",
            "path_params": {},
            "query_string": b"",
            "headers": headers,
        }
    )
    with caplog.at_level(logging.INFO):
        answer = downloads._answer(request, make)
    assert answer.status_code == status
    assert says in bytes(answer.body).decode()
    assert "SECRET-NAME" not in caplog.text
    assert ("incident " in caplog.text) is (status == 500)


@pytest.mark.parametrize(
    "name",
    ["a.xlsx", "客户名单 待修改.xlsx", 'a"; filename=x.exe; b.xlsx', "a\r\nSet-Cookie: x.xlsx"],
)
def test_a_name_is_only_a_name(name: str) -> None:
    said = downloads.disposition(name)
    assert said.isprintable()
    assert said.isascii()
    message = EmailMessage()
    message["Content-Disposition"] = said
    assert said.count(";") == 2
    assert message.get_content_disposition() == "attachment"
    assert message.get_filename() in {name, "file.xlsx"}


def test_every_file_of_a_batch_has_its_wrong_rows_own_name(at_live: Live, batch: int) -> None:
    form = imports.ExportWrongRows(batch_id=batch, language="zh_CN")
    file = run.perform(imports.wrong_rows, at_live.dealer.caller("manager"), form)
    assert file.name.endswith("待更正数据.xlsx")
    assert "data=" not in repr(file)
