"""What the demonstration dealer does to better its contacts says what the product says."""

import pytest
from sqlmodel import select

from db.demo import accounts
from db.demo.data import table
from db.demo.loading import load_sized
from db.engine import read_transaction
from db.models import (
    FileIssue,
    IssueState,
    ProposalState,
    QAReview,
    ScriptProposal,
    Touch,
)
from services import qa
from services.core import parameters
from services.qa import rubric, sampling
from services.visits import rules, scripts
from tests.dealer import as_system
from tests.demonstration import AS_OF, SIZE, kept


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap hash."""
    monkeypatch.setattr(accounts, "BCRYPT_COST", 4)


def test_its_data_are_those_of_the_product() -> None:
    told = table("studio")
    assert told["reviews"]["items"] == list(qa.items())
    [step] = rules.delivered()[told["before"]["code"]]["steps"]
    assert told["before"]["script"] != step["script"]
    scripts.check(told["before"]["script"], told["before"]["script_en"])
    for one in told["proposals"]:
        scripts.check(one["script"])
    assert float(told["norms"]["share"]) == float(parameters.parameter(parameters.QA_SHARE).default)
    assert told["norms"]["least"] == parameters.parameter(parameters.QA_LEAST).default


def test_reviews_are_of_drawn_calls_and_nobody_reviews_himself(database: str) -> None:
    load_sized(database, SIZE, as_of=AS_OF)
    with read_transaction() as session:
        as_system(session)
        reviews = session.execute(select(QAReview)).scalars().all()
        months = {one.month for one in reviews}
        drawn = {
            call
            for month in months
            for one in sampling.samples(session, month)
            for call in one.drawn
        }
        callers = {one.id: one.user_id for one in session.execute(select(Touch)).scalars()}
    assert reviews
    assert {one.touch_id for one in reviews} <= drawn
    for one in reviews:
        assert one.owner_id == callers[one.touch_id] != one.reviewer_id
        assert one.score == rubric.score(one.scores)
        assert one.created_at.date() < AS_OF
    states = {row["state"] for row in kept(database, ScriptProposal)}
    assert states == set(ProposalState)
    assert {row["state"] for row in kept(database, FileIssue)} <= set(IssueState)
