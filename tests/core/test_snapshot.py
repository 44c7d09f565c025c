"""Several queries at one moment."""

import pytest

from db.engine import engine
from db.models import AuditEntry
from services import customers
from services.core.access import Named
from services.core.audit import Action
from services.core.errors import NotFound, NotPermitted, SignedOut
from services.core.run import fetch, perform
from services.core.snapshot import one_snapshot
from services.sessions import Nothing, keep_alive
from tests.dealer import Dealer


def names(dealer: Dealer, who: str = "director") -> list[str]:
    return [row.name for row in fetch(customers.page, dealer.caller(who)).rows]


def held() -> int:
    """Connections that somebody has in hand."""
    return engine().pool.checkedout()


def test_queries_inside_see_the_same_moment(dealer: Dealer):
    dealer.customer("甲")
    with one_snapshot():
        assert names(dealer) == ["甲"]
        dealer.customer("乙")
        assert names(dealer) == ["甲"]
    assert names(dealer) == ["乙", "甲"]


def test_one_inside_of_another_is_the_same(dealer: Dealer):
    dealer.customer("甲")
    with one_snapshot():
        assert names(dealer) == ["甲"]
        dealer.customer("乙")
        with one_snapshot():
            assert names(dealer) == ["甲"]
        assert names(dealer) == ["甲"]


def test_a_deed_ends_the_moment(dealer: Dealer):
    dealer.customer("甲")
    with one_snapshot():
        assert names(dealer) == ["甲"]
        dealer.customer("乙")
        perform(keep_alive, dealer.caller("director"), Nothing())
        assert names(dealer) == ["乙", "甲"]


def test_an_error_ends_the_moment(dealer: Dealer):
    dealer.customer("甲")
    with one_snapshot():
        assert names(dealer) == ["甲"]
        dealer.customer("乙")
        with pytest.raises(NotFound):
            fetch(customers.file, dealer.caller("director"), 10**6)
        assert names(dealer) == ["乙", "甲"]


def test_somebody_else_sees_with_his_own_eyes(dealer: Dealer):
    dealer.customer("甲", store=1)
    dealer.customer("乙", store=2, owner="sales2")
    with one_snapshot():
        assert names(dealer) == ["乙", "甲"]
        assert names(dealer, "manager2") == ["乙"]
        assert names(dealer, "manager") == ["甲"]
        with pytest.raises(NotPermitted):
            names(dealer, "admin")
        with pytest.raises(SignedOut):
            fetch(customers.page, Named("nobody", "tests"))
        assert names(dealer) == ["乙", "甲"]


def test_nothing_stays_open(dealer: Dealer):
    with one_snapshot():
        assert held() == 0
        names(dealer)
        assert held() == 1
        perform(keep_alive, dealer.caller("director"), Nothing())
        assert held() == 0
        names(dealer)
    assert held() == 0
    with pytest.raises(ZeroDivisionError), one_snapshot():
        names(dealer)
        raise ZeroDivisionError
    assert held() == 0


def test_a_refusal_inside_is_written_down(dealer: Dealer):
    with one_snapshot(), pytest.raises(NotPermitted):
        names(dealer, "admin")
    assert [row.action for row in dealer.rows(AuditEntry)][-1] == Action.ACCESS_DENIED
