"""How figures are written: a value in its unit, in the reader's language."""

from pages.components.words import fnumber, raw
from services.core.metrics import UNITS, Unit
from services.kpi import Measured


def value_of(one: Measured) -> str:
    """The figure with its unit; a dash where there is nothing to count."""
    return "–" if one.figure.value is None else with_unit(one.figure.value, one)


def with_unit(value: float, one: Measured) -> str:
    """Any value of that metric."""
    said, unit = number(value, one), one.metric.unit
    return f"{said} %" if unit is Unit.SHARE else raw(UNITS[unit], value=said)


def number(value: float, one: Measured) -> str:
    """Without its unit; a share of 0.5 is 50."""
    if one.metric.unit is Unit.SHARE:
        value *= 100
    return fnumber(round(value, 0 if one.metric.unit is Unit.COUNT else 1))
