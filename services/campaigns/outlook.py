"""What a campaign would mean if it began now: to how many it speaks, how many of these may not be
contacted, and how many calls a day that makes for how many people (V14)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from db.models import Campaign, Hold, Store
from services.campaigns import audience
from services.core import clock, parameters
from services.core.access import READS, Actor, Permission, Reach, load
from services.visits import simulating
from services.visits.simulating import StoreLoad


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of the stores that the reader sees. `barred`: of those who match, how many may not be
    contacted as long as nothing changes, and why; `days`: over how many days the rest is spread."""

    matching: int
    barred: dict[Hold, int]
    days: int
    places: list[StoreLoad]

    @property
    def free(self) -> int:
        return self.matching - sum(self.barred.values())


def outlook(session: Session, actor: Actor, campaign_id: int) -> Outlook:
    """Counted from the data as they are now; nothing is written. Raises NotFound."""
    actor.require(Permission.VISITS_LEAD)
    campaign = load(session, Campaign, campaign_id)
    by_store: dict[int, int] = defaultdict(int)
    barred: Counter[Hold] = Counter()
    matching = 0
    for store, why, number in session.execute(audience.counted(campaign)):
        matching += number
        if why == audience.FREE:
            by_store[store] += number
        else:
            barred[Hold(why)] += number
    days = 1
    if campaign.from_on is not None and campaign.until_on is not None:
        days = (campaign.until_on - campaign.from_on).days + 1
    return Outlook(matching, dict(barred), days, _places(session, actor, campaign, by_store, days))


def _places(
    session: Session, actor: Actor, campaign: Campaign, by_store: dict[int, int], days: int
) -> list[StoreLoad]:
    """The stores that the reader sees in which somebody is to be contacted, the fullest first."""
    names = dict(session.execute(select(col(Store.id), col(Store.name))).all())
    ahead = [clock.today() + timedelta(days=n) for n in range(simulating.AHEAD)]
    others: dict[int, float] = defaultdict(float)
    for (store, _day), count in simulating.expected_of(session, campaign.desk, ahead).items():
        others[store] += count
    people = simulating.people_of(session, campaign.desk)
    found = []
    for store, number in by_store.items():
        if actor.reach(READS) is not Reach.ALL and store != actor.store_id:
            continue
        each = parameters.value(session, parameters.CAPACITY, clock.today(), store)
        count = people.get(store, 0)
        found.append(
            StoreLoad(
                store=names[store],
                rule=number / days,
                others=others[store] / simulating.AHEAD,
                people=count,
                capacity=count * int(each),
            )
        )
    return sorted(found, key=lambda one: (-one.rule, one.store))
