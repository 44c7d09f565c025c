"""A list's way through the wizard in a real browser: uploaded, tried, imported, taken back."""

import io
import re

import openpyxl
from playwright.sync_api import expect

from db.models import Customer, Vehicle
from tests.browser import alone, settled
from tests.e2e.server import Live, at_live, live  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in

ROWS = [
    ("客户姓名", "联系电话", "车牌号码", "车架号", "交车日期", "备注"),
    ("王小明", "13857116208", "浙A12345", "LSVAA4182E2184847", "2026-05-20", "周末联系"),
    ("单雪梅", "13857116209", "浙AD12345", "", "2026年6月1日", "![x](http://evil.example/x.png)"),
    ("李四", "1385711620", "", "", "", "=1+1"),
    ("王小明", "13857116208", "浙A12345", "LSVAA4182E2184847", "", ""),
]


def test_from_a_file_to_customers_and_back(at_live: Live, tmp_path):  # noqa: F811
    source = tmp_path / "客户名单.csv"
    source.write_bytes("\r\n".join(",".join(row) for row in ROWS).encode("gb18030"))
    with signed_in(at_live, "manager") as [page]:
        page.goto(f"{at_live.url}/imports")
        expect(page.get_by_text("No imports yet")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Template").click()
        assert download.value.suggested_filename == "Customers with cars Template.xlsx"
        page.locator("input[type=file]").set_input_files(source)
        expect(page.get_by_text("GB18030")).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Check 4 rows").click()
        expect(page).to_have_url(re.compile(r"batch=\d+"))
        expect(page.get_by_role("button", name="Import 2 rows")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="1 wrong rows as a file").click()
        assert download.value.suggested_filename == "客户名单 Rows to mend.xlsx"
        alone(page)  # it is where it was, and no other is left
        expect(page.get_by_role("button", name="Import 2 rows")).to_be_visible()
        sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
        assert sheet["C2"].value == "李四"
        assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
        page.reload()  # left and found again
        page.get_by_role("button", name="Import 2 rows").dblclick()
        expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
        settled(page)
        assert {row.name for row in at_live.dealer.rows(Customer)} == {"王小明", "单雪梅"}
        page.get_by_role("button", name="Undo this import").click()
        page.get_by_role("dialog").get_by_role("button", name="Undo", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_text("Undone")).to_be_visible()
    assert at_live.dealer.rows(Customer) == at_live.dealer.rows(Vehicle) == []
