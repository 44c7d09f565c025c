"""An import that goes on while nobody watches, in a real browser and through a killed server."""

import time
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import update
from sqlmodel import col

from db.models import BatchState, Customer, ImportBatch, Job, JobState, Notice
from services.core import clock
from services.jobs import records
from tests.browser import settled
from tests.dealer import PASSWORD, owner
from tests.e2e.server import Live, at_live, by_day, live, on_both  # noqa: F401 - fixtures
from tests.e2e.test_customers import signed_in
from tests.e2e.test_notices import number, opened, pick
from tests.services.test_imports import check, person, table

ROWS = 300
LONG = 1500
"""Rows of an import that takes seconds, so that it can be killed on its way."""
PATIENCE = 20.0


def names(of: Live, begin: str) -> list[str]:
    return sorted(row.name for row in of.dealer.rows(Customer) if row.name.startswith(begin))


@on_both
def test_it_goes_on_without_its_owner_and_is_found_again(by_day: Live, tmp_path):  # noqa: F811
    lines = ["客户姓名,联系电话", *(f"名单{n},139{n:08d}" for n in range(ROWS))]
    source = tmp_path / "新客户.csv"
    source.write_bytes("\r\n".join(lines).encode("gb18030"))
    with signed_in(by_day, "steward") as [page]:
        page.goto(f"{by_day.url}/imports")
        page.locator("input[type=file]").set_input_files(source)
        page.get_by_role("button", name=f"Check {ROWS} rows").click()
        start = page.get_by_role("button", name=f"Import {ROWS} rows")
        start.click()
        expect(start).to_have_count(0)  # it is asked for; maybe it is done by now
        page.get_by_role("link", name="Customers").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("textbox", name="User name").fill("steward")
        [job] = [row for row in by_day.dealer.rows(Job) if row.title == "新客户.csv"]
        finished(by_day, job.id)

        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(number(page)).to_have_text("1")
        settled(page)
        opened(page).get_by_role("button", name="Import of a file is done: 新客户.csv").click()
        expect(page.get_by_text("Imported", exact=True)).to_be_visible()
        expect(page.get_by_test_id("stMetric").filter(has_text="New")).to_contain_text(str(ROWS))
        expect(number(page)).to_have_count(0)
        page.get_by_role("button", name="All imports").click()
        expect(page.get_by_text("Imports so far")).to_be_visible()
        settled(page)
        pick(page, 0, row=1)
        expect(page.get_by_role("heading", name="新客户.csv")).to_be_visible()
    assert names(by_day, "名单") == sorted(f"名单{n}" for n in range(ROWS))
    [batch] = [row for row in by_day.dealer.rows(ImportBatch) if row.file_name == "新客户.csv"]
    assert (batch.state, batch.counts["new"], batch.counts["done"]) == (
        BatchState.DONE,
        ROWS,
        ROWS,
    )


def test_a_killed_servers_import_is_finished_once_by_the_next(by_day: Live):  # noqa: F811
    rows = table(*(person(n) for n in range(LONG)))
    batch = check(by_day.dealer, "customers", rows, who="steward")
    with signed_in(by_day, "steward") as [page]:
        page.goto(f"{by_day.url}/imports?batch={batch}")
        page.get_by_role("button", name=f"Import {LONG:,} rows").click()
        job = begun(by_day, batch)
        by_day.server.kill()
        assert by_day.dealer.row(Job, job.id).state is JobState.RUNNING
        before = names(by_day, "客户")
        assert 0 < len(before) < LONG

        silence(job.id)
        by_day.server.start()
        finished(by_day, job.id)
        page.reload()
        expect(page.get_by_text("Imported", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    assert names(by_day, "客户") == sorted(row.cells[0] for row in rows.rows)
    job = by_day.dealer.row(Job, job.id)
    assert (job.state, job.attempts, job.done) == (JobState.DONE, 2, LONG)
    told = [row for row in by_day.dealer.rows(Notice) if row.cause == f"job:{job.id}"]
    assert [row.user_id for row in told] == [by_day.dealer.user_id("steward")]


def begun(of: Live, batch_id: int) -> Job:
    """The job on a batch, as soon as it has done anything. Not looked for on the page, which may
    show it only when it is done."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        for job in of.dealer.rows(Job):
            if job.subject == str(batch_id) and job.done:
                return job
        time.sleep(0.01)
    raise AssertionError("it was not begun")


def finished(of: Live, job_id: int) -> None:
    patience = time.monotonic() + PATIENCE
    while of.dealer.row(Job, job_id).state is not JobState.DONE:
        assert time.monotonic() < patience, of.dealer.row(Job, job_id)
        time.sleep(0.1)


def silence(job_id: int) -> None:
    """As if its dead worker had been silent long enough; a test cannot wait for that."""
    beat_at = clock.now() - records.DEAD - timedelta(seconds=1)
    with owner().begin() as connection:
        connection.execute(update(Job).where(col(Job.id) == job_id).values(beat_at=beat_at))
