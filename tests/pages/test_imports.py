"""The import page: opens for whom it is, shows a dry run, imports, takes back, says why not."""

from uuid import uuid4

import pytest

from db.models import Customer, ImportBatch, Job
from services import imports, jobs
from services.core import words
from services.core.access import System
from services.core.run import perform
from services.imports import BatchState
from tests.dealer import Dealer
from tests.pages import visit as visiting
from tests.pages.visit import texts
from tests.services.test_imports import bring, check, person, table

PAGE = "admin/imports.py"


@pytest.fixture(autouse=True)
def tongue(monkeypatch):
    """AppTest words the widgets' options outside of the session: there too in its language."""
    return lambda language: monkeypatch.setattr(words, "DEFAULT", language)


@pytest.fixture
def visit(tongue):
    def go(dealer, who, page, *, language="en", **query):
        tongue(language)
        return visiting.visit(dealer, who, page, language=language, **query)

    return go


def button(app, words):
    [found] = [each for each in app.button if words in each.label]
    return found


@pytest.mark.parametrize("who", ["director", "manager", "steward"])
@pytest.mark.parametrize(("language", "said"), [("zh_CN", "导入"), ("en", "Import")])
def test_it_opens_for_whom_it_is(dealer: Dealer, who, language, said, visit):
    app = visit(dealer, who, PAGE, language=language)
    assert not app.exception
    assert said in texts(app)
    assert app.get("file_uploader")


@pytest.mark.parametrize("who", ["sales", "club", "admin", "guest"])
def test_others_do_not_find_it(dealer: Dealer, who, visit):
    with pytest.raises(ValueError, match="page"):
        visit(dealer, who, PAGE)


def test_a_dry_run_is_imported(dealer: Dealer, visit):
    key = check(dealer, "customers", table(person(1), person(2), person(3, phone="12")))
    app = visit(dealer, "manager", PAGE, batch=str(key))
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Wrong"] == "1"
    assert "A phone number has 11 digits" in texts(app)
    button(app, "Import 2 rows").click().run()
    assert not app.exception
    assert "You may leave this page" in texts(app)
    assert dealer.rows(Customer) == []
    assert jobs.work(System("tests"))
    app.run()
    assert not app.exception
    assert len(dealer.rows(Customer)) == 2
    assert dealer.row(ImportBatch, key).state is BatchState.DONE
    assert button(app, "Undo this import")
    assert button(app, "All imports").click().run().get("file_uploader")


def test_a_batch_left_in_the_middle_is_found_and_goes_on(dealer: Dealer, visit):
    key = check(dealer, "customers", table(*(person(n) for n in range(1, 61))))
    perform(imports.run_chunk, dealer.caller("manager"), imports.RunChunk(batch_id=key, size=40))
    app = visit(dealer, "steward", PAGE)
    assert "Importing" in texts(app)
    app = visit(dealer, "director", PAGE, batch=str(key))
    assert "stopped in the middle" in texts(app)
    button(app, "Go on").click().run()
    assert not app.exception
    assert jobs.work(System("tests"))
    assert len(dealer.rows(Customer)) == 60


def test_work_under_way_is_stopped_from_any_desk_that_sees_it(dealer: Dealer, visit):
    key = check(dealer, "customers", table(*(person(n) for n in range(1, 61))))
    form = imports.StartRun(request_id=uuid4(), batch_id=key)
    perform(imports.start_run, dealer.caller("manager"), form)
    app = visit(dealer, "director", PAGE, batch=str(key))
    assert "Under way" in texts(app)
    for past in ("nothing is written", "not imported", "stopped in the middle"):
        assert past not in texts(app)
    button(app, "Stop here").click().run()
    assert not app.exception
    assert [row.is_stopping for row in dealer.rows(Job)] == [True]


def test_a_dry_run_is_thrown_away(dealer: Dealer, visit):
    key = check(dealer, "customers", table(person(1)))
    app = visit(dealer, "manager", PAGE, batch=str(key))
    button(app, "Throw away").click().run()
    assert not app.exception
    assert dealer.rows(ImportBatch) == []


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "不存在"), ("en", "does not exist")])
def test_another_stores_import_is_not_there(dealer: Dealer, language, said, visit):
    key = bring(dealer, "customers", table(person(1)))
    app = visit(dealer, "manager2", PAGE, language=language, batch=str(key))
    assert said in texts(app)
    assert not app.metric


@pytest.mark.parametrize("asked", ["x", "-1", "²", "99999999999999999999"])
def test_nonsense_in_the_address(dealer: Dealer, asked, visit):
    app = visit(dealer, "manager", PAGE, language="en", batch=asked)
    assert not app.exception
    assert "does not exist" in app.error[0].value
