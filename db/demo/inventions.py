"""The car of an invented file: one that cannot be."""

from datetime import date
from typing import Final

from db.demo import errors
from db.demo.cars import Car, Garage, models, vin
from db.demo.data import table
from db.demo.dice import Dice
from db.demo.people import File, Row
from db.demo.world import World
from db.models import OwnershipRole

_YEARS_TO_COME: Final = 3


def impossible_car(world: World, dice: Dice, file: File, garage: Garage) -> None:
    """A VIN whose check digit is wrong or whose model year lies ahead, no plate, and no history."""
    model = dice.pick(models())
    day = date.fromordinal(file.created)
    is_ahead = dice.chance(0.5)
    year = day.year + (_YEARS_TO_COME if is_ahead else 0)
    code = vin(table("cars")["maker"], model.code, year, 2 * world.customers + file.id)
    looks: Row = {
        "brand": model.brand,
        "model": model.name,
        "color": dice.pick(table("life")["colors"]),
        "sold_on": None,
        "delivered_on": day,
    }
    code = code if is_ahead else errors.wrong_vin(code)
    row = garage.again(file, looks, vin=code, plate=None)
    car = Car(row, model, file.created, 0, file.created, 0, owner_id=file.id)
    garage.join(file, car, OwnershipRole.OWNER)
