"""Cars: an invented line-up, valid numbers, and who had them when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from db.demo.accounts import City
from db.demo.data import table
from db.demo.dice import Dice, Weighted
from db.demo.people import File, Row
from db.demo.world import World
from db.models import Lifecycle, OwnershipRole

_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMNPR", (1, 2, 3, 4, 5, 7, 9), strict=True)),
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # from 2010 on, ISO 3779
_SERIALS = 1_000_000
_PLANTS = "ABCDEFGH"

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_ALNUM = _LETTERS + "0123456789"
_SCATTER = 1_618_033  # coprime to both sizes below: no two cars get one plate
_ORDINARY_FORMS = (
    *("L0000", "0L000", "00L00", "000L0", "0000L"),
    *("LL000", "000LL", "L000L", "0LL00", "00LL0"),
)
_ORDINARY = 2_400_000
_NEW_ENERGY = 1_700_000
_BATTERY, _PLUG_IN = "DABCE", "FGHJK"

_YEAR = 365
_TEMPORARY_DAYS = 15
"""A new car drives on temporary plates for about this long."""
_CARS_EACH = 1.5
_LARGEST_FLEET = 25
_POOL = 40


@dataclass(frozen=True, slots=True)
class Model:
    brand: str
    name: str
    code: str
    price_yuan: int
    fuel: str
    share: int
    service_km: int
    service_months: int


@cache
def models() -> tuple[Model, ...]:
    return tuple(Model(**row) for row in table("cars")["models"])


@cache
def _shares() -> Weighted[int]:
    return Weighted({number: model.share for number, model in enumerate(models())})


@dataclass(slots=True)
class Car:
    """One car in the hands of one customer.

    `delivered`, `sold`, `begins`, `ends` are days; `begins` to `ends` is when this customer's
    history with the car can be known to us; `sold` is 0 unless we sold it to him,
    `parted` 0 unless he gave it away.
    """

    row: Row
    model: Model
    delivered: int
    km_a_day: int
    begins: int
    ends: int
    sold: int = 0
    parted: int = 0
    owner_id: int = 0
    driver: "File | None" = None
    """A person who drives it and does not own it."""

    def odometer(self, day: int) -> int:
        return 8 + max(0, day - self.delivered) * self.km_a_day


def vin(maker: str, code: str, year: int, nth: int) -> str:
    """Maker, model, check digit, model year, plant, serial number (GB 16735)."""
    year_code = _YEAR_CODES[(year - 2010) % len(_YEAR_CODES)]
    plant = _PLANTS[nth // _SERIALS % len(_PLANTS)]
    open_form = f"{maker}{code}0{year_code}{plant}{nth % _SERIALS:06d}"
    total = sum(
        _VIN_VALUES[char] * weight for char, weight in zip(open_form, _VIN_WEIGHTS, strict=True)
    )
    return f"{open_form[:8]}{'0123456789X'[total % 11]}{open_form[9:]}"


def _ordinary(nth: int) -> str:
    rest, form = divmod(nth * _SCATTER % _ORDINARY, len(_ORDINARY_FORMS))
    signs = []
    for place in _ORDINARY_FORMS[form]:
        alphabet = _LETTERS if place == "L" else "0123456789"
        rest, sign = divmod(rest, len(alphabet))
        signs.append(alphabet[sign])
    return "".join(signs)


def _new_energy(nth: int, firsts: str) -> str:
    rest, number = divmod(nth * _SCATTER % _NEW_ENERGY, 10_000)
    first, second = divmod(rest, len(_ALNUM))
    return f"{firsts[first]}{_ALNUM[second]}{number:04d}"


def plate(dice: Dice, city: City, fuel: str, nth: int) -> str:
    """The plate of car `nth`; six signs behind the city for cars that can drive on batteries."""
    office = city.plate if dice.chance(0.93) else dice.pick(table("places")["foreign_plates"])
    if fuel == "petrol":
        return office + _ordinary(nth)
    return office + _new_energy(nth, _BATTERY if fuel == "electric" else _PLUG_IN)


def _due(world: World, dice: Dice, delivered: int) -> Row:
    """What ends when: insurance every year, inspection every second one."""
    age = max(0, world.today - delivered)
    insured = delivered + (age // _YEAR + 1) * _YEAR
    if dice.chance(0.07) and age > _YEAR:
        insured -= _YEAR  # let run out, or renewed elsewhere
    inspected = delivered + (age // (2 * _YEAR) + 1) * 2 * _YEAR
    return {
        "insurance_until": date.fromordinal(insured),
        "inspection_due_on": date.fromordinal(inspected),
    }


def _warranty(model: Model, delivered: int) -> Row:
    years, km = (3, 100_000) if model.fuel == "petrol" else (4, 120_000)
    return {
        "warranty_until": date.fromordinal(delivered + years * _YEAR),
        "warranty_km": km,
    }


_UNDATED = {"insurance_until": None, "inspection_due_on": None, "warranty_until": None}


class Garage:
    """The cars of one chunk of customers: makes them, and lets them change hands within it."""

    def __init__(self, world: World, dice: Dice, vehicle_ids: Iterator[int], cars: int) -> None:
        self.world, self.dice, self._vehicle_ids = world, dice, vehicle_ids
        self.made = cars
        self.vehicles: list[Row] = []
        self.ownerships: list[Row] = []
        self.holders: dict[int, set[int]] = {}
        """Vehicle -> everyone who has or had to do with it."""
        self.sold_on: list[tuple[int, int]] = []
        """(new owner, former owner) of every car that changed hands."""
        self._for_sale: dict[int, list[Car]] = {}
        self._people: dict[int, list[File]] = {}

    def stock(self, file: File) -> list[Car]:
        """All cars of one file, with who drives and who pays."""
        if file.lifecycle == Lifecycle.POTENTIAL.value:
            self._remember(file)
            return []
        cars = [self._car(file, nth) for nth in range(self._number(file))]
        for car in cars:
            self._lend(file, car)
        self._remember(file)
        return cars

    def _number(self, file: File) -> int:
        """Persons have one to three cars; fleets make up for those who have none."""
        if not file.is_company:
            throw = self.dice.below(100)
            return 1 + (throw >= 74) + (throw >= 96)  # noqa: PLR2004 - shares in percent
        owed = _CARS_EACH * file.id - self.made
        return max(1, min(_LARGEST_FLEET, round(owed * (0.6 + 0.8 * self.dice.random()))))

    def _car(self, file: File, nth: int) -> Car:
        pool = self._for_sale.get(file.store_id)
        if pool and not file.is_company and self.dice.chance(0.08):
            return self._take_over(file, pool.pop(0))
        car = self._new(file, nth)
        self._part(file, car, self._resold(file, car))
        return car

    def _days(self, file: File, nth: int) -> tuple[int, int, int]:
        """(sold by us or 0, delivered or 0, sold by anybody), for the nth car of a file."""
        world, dice = self.world, self.dice
        if dice.chance(0.13):
            elsewhere = file.created - dice.between(60, 1900)
            return 0, elsewhere, elsewhere
        if nth == 0 or dice.chance(0.4):
            due = file.created + dice.below(18)
        else:
            due = dice.between(file.created, max(file.created, min(file.ends, world.last)))
        sold = max(file.created, world.open_day(dice, due))
        delivered = sold + dice.between(1, 12)
        return sold, delivered if delivered <= world.last else 0, sold

    def _new(self, file: File, nth: int) -> Car:
        world, dice = self.world, self.dice
        number = next(self._vehicle_ids)
        self.made += 1
        sold, delivered, bought = self._days(file, nth)
        model = models()[_shares().draw(dice)]
        row: Row = {"id": number, "brand": model.brand, "model": model.name, **_UNDATED}
        row |= self._marks(file, model, number, delivered, bought)
        row |= {"odometer_km": None, "odometer_on": None, "warranty_km": None}
        row["color"] = dice.pick(table("life")["colors"])
        row["sold_on"] = date.fromordinal(bought)
        undated = not delivered or dice.chance(file.gaps / 2)
        row["delivered_on"] = None if undated else date.fromordinal(delivered)
        if delivered:
            row |= _due(world, dice, delivered) | _warranty(model, delivered)
        row |= {"version": 1, **file.scope}
        row["created_at"] = row["updated_at"] = world.instant(dice, max(file.created, sold))
        self.vehicles.append(row)
        usual = (18, 55) if not file.is_company else (30, 95)
        begins = max(delivered or world.today, file.created, world.begin)
        ends = min(world.last, file.ends)
        km = dice.around(*usual)
        return Car(row, model, delivered or bought, km, begins, ends, sold, owner_id=file.id)

    def _marks(self, file: File, model: Model, number: int, delivered: int, bought: int) -> Row:
        dice, year = self.dice, date.fromordinal(bought).year
        code = vin(table("cars")["maker"], model.code, year, number)
        sign = plate(dice, file.city, model.fuel, number)
        is_plated = 0 < delivered < self.world.today - _TEMPORARY_DAYS
        return {
            "vin": None if dice.chance(file.gaps / 3) else code,
            "plate": sign if is_plated and not dice.chance(file.gaps / 3) else None,
        }

    def _resold(self, file: File, car: Car) -> int:
        """The day on which the customer parts with the car, 0 if he keeps it."""
        earliest = max(car.delivered + 400, self.world.begin, file.created)
        if file.lifecycle == Lifecycle.LOST.value:
            left = file.habits.left
            parts = self.dice.chance(0.4) and car.delivered < left
            return left if parts else 0
        if self.dice.chance(0.06) and earliest < self.world.last:
            return self.dice.between(earliest, self.world.last)
        return 0

    def _part(self, file: File, car: Car, resold: int) -> None:
        self._own(file, car, OwnershipRole.OWNER, car.delivered, resold)
        if not resold:
            return
        car.ends, car.parted = min(car.ends, resold - 1), resold
        pool = self._for_sale.setdefault(file.store_id, [])
        begins = max(resold, self.world.begin)
        used = replace(car, begins=begins, ends=self.world.last, sold=0, parted=0, driver=None)
        pool.append(used)

    def _take_over(self, file: File, car: Car) -> Car:
        """A used car that an earlier customer of this store gave away."""
        self._own(file, car, OwnershipRole.OWNER, car.begins, 0)
        car.row |= file.scope
        car.begins = max(car.begins, file.created)
        car.ends = min(car.ends, file.ends)
        self.sold_on.append((file.id, car.owner_id))
        car.owner_id = file.id
        return car

    def _own(self, file: File, car: Car, role: OwnershipRole, began: int, ended: int) -> None:
        file.links.append((car.row, role.value, not ended))
        self.holders.setdefault(car.row["id"], set()).add(file.id)
        self.ownerships.append(
            {
                "vehicle_id": car.row["id"],
                "customer_id": file.id,
                "role": role.value,
                "began_on": date.fromordinal(began),
                "ended_on": date.fromordinal(ended) if ended else None,
                **file.scope,
            }
        )

    def _lend(self, file: File, car: Car) -> None:
        """Some cars are driven or paid for by somebody else who has a file in this store."""
        share = 0.5 if file.is_company else 0.07
        if car.begins > car.ends or not self.dice.chance(share):
            return
        people = self._people.get(file.store_id, [])
        others = [one for one in people if one.is_company is not file.is_company] or people
        if not others:
            return
        other = self.dice.pick(others)
        role = OwnershipRole.PAYER if other.is_company else OwnershipRole.DRIVER
        until = self.dice.between(car.begins, car.ends) if self.dice.chance(0.15) else car.parted
        self._own(other, car, role, car.begins, until)
        if role is OwnershipRole.DRIVER and not until:
            car.driver = other

    def again(self, file: File, car: Row, *, vin: str | None, plate: str | None) -> Row:
        """A further row of `vehicles`, on this file: the same model and colour, told anew."""
        self.made += 1
        kept = ("brand", "model", "color", "sold_on", "delivered_on")
        row: Row = {"id": next(self._vehicle_ids), **{name: car[name] for name in kept}, **_UNDATED}
        row |= {"vin": vin, "plate": plate, "version": 1, **file.scope}
        row |= {"odometer_km": None, "odometer_on": None, "warranty_km": None}
        row["created_at"] = row["updated_at"] = file.row["created_at"]
        self.vehicles.append(row)
        return row

    def join(self, file: File, car: Car, role: OwnershipRole) -> None:
        """Put a car on a file, from its creation on."""
        self._own(file, car, role, file.created, 0)

    def _remember(self, file: File) -> None:
        people = self._people.setdefault(file.store_id, [])
        people.append(file)
        if len(people) > _POOL:
            people.pop(0)
