"""How faithful a customer is: how often he comes, and whether he has gone elsewhere."""

from dataclasses import dataclass
from typing import Any, Final

from db.demo.data import table
from db.demo.dice import Dice
from db.demo.world import World
from db.models import Lifecycle

_USUAL: Final = (85, 120)
_LATE: Final = (120, 160)
_RARE: Final = (180, 260)
_LATE_SHARE: Final = 0.12
_SETTLED_DAYS: Final = 260
"""Who came later than this has no habit that he could give up."""
_UNNOTICED_DAYS: Final = (40, 330)
_NOTICED_DAYS: Final = (300, 900)
_GROWTH: Final = 1.2


@dataclass(frozen=True, slots=True)
class Habits:
    """`stretch` of the maker's interval; `left` is the day that he left, `fading` the day from
    which on his intervals grow; each 0 if it never came."""

    stretch: float
    left: int = 0
    fading: int = 0

    def slowed(self, day: float) -> float:
        """By how much an interval that begins on `day` is longer than he was used to."""
        if not self.fading or day <= self.fading:
            return 1.0
        into = (day - self.fading) / int(_share("fading_days"))
        return 1.0 + _GROWTH * min(1.0, into)


def _share(name: str) -> Any:
    return table("planting")["habits"][name]


def _stretch(dice: Dice, *, rare: bool) -> float:
    if rare or dice.chance(_share("rare")):
        return dice.between(*_RARE) / 100
    return dice.between(*(_LATE if dice.chance(_LATE_SHARE) else _USUAL)) / 100


def habits(world: World, dice: Dice, lifecycle: Lifecycle, created: int) -> Habits:
    """The habits of a customer whose file says `lifecycle`.

    The file is what people noticed: most of the lost have left, but not all, and some of the
    existing have left and nobody has seen it yet.
    """
    wrongly = lifecycle is Lifecycle.LOST and dice.chance(_share("wrongly_lost"))
    stretch = _stretch(dice, rare=wrongly)
    if lifecycle is Lifecycle.LOST and not wrongly:
        left = max(created, world.today - dice.between(*_NOTICED_DAYS))
    elif lifecycle is Lifecycle.EXISTING and created < world.today - _SETTLED_DAYS:
        throw = dice.random()
        if throw >= _share("unnoticed"):
            fading = throw < _share("unnoticed") + _share("fading")
            return Habits(stretch, fading=world.today - _share("fading_days") if fading else 0)
        earliest = max(created + _SETTLED_DAYS // 2, world.today - _UNNOTICED_DAYS[1])
        left = dice.between(earliest, world.today - _UNNOTICED_DAYS[0])
    else:
        return Habits(stretch)
    fading = dice.chance(_share("fades"))
    return Habits(stretch, left, left - _share("fading_days") if fading else 0)
