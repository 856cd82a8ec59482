"""The light of a reporting unit, where the rule has one: by growth (Tianjin) or by months missed (Sanya). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from funding.clocks import Light as Colour
from projects.measures import percent_text
from projects.values import Month
from reports.lights import Item, Light, Part, Profile, UnitBy, grey_part

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class UnitInputs:
    """What is known of a unit in a month: growth of its year to date, what was planned, the city's; months in which it missed its schedule."""

    month: Month
    growth: Decimal | None = None
    planned: Decimal | None = None
    city: Decimal | None = None
    rate: Decimal | None = None
    schedule: Decimal = _ZERO
    missed: int = 0  # months running, this one counted


def unit_light(profile: Profile, inputs: UnitInputs) -> Light | None:
    """The light of a unit, where the rule has one."""
    if profile.unit_by is UnitBy.NONE:
        return None
    part = _growing(inputs) if profile.unit_by is UnitBy.GROWTH else _missing(profile, inputs)
    return Light(part.colour, (part,), profile)


def _growing(inputs: UnitInputs) -> Part:
    """Green at or above both the plan and the city; red where it shrinks; what is not known is not asked."""
    growth = inputs.growth
    if growth is None:
        return grey_part(Item.UNIT, "没有上年同期数，增速不计灯", "there is no figure of last year, so its growth has no light")
    asked = [(name, word, value) for name, word, value in (("计划", "plan", inputs.planned), ("全市平均", "city", inputs.city)) if value is not None]
    below = any(growth < value for _name, _word, value in asked)
    colour = Colour.RED if growth < 0 else Colour.YELLOW if below else Colour.GREEN
    zh = "，".join([f"累计增速{percent_text(growth)}", *(f"{name}{percent_text(value)}" for name, _word, value in asked)])
    en = ", ".join([f"growth {percent_text(growth)}", *(f"{word} {percent_text(value)}" for _name, word, value in asked)])
    return Part(Item.UNIT, colour, lambda: (zh, en), value=growth)


def _missing(profile: Profile, inputs: UnitInputs) -> Part:
    if inputs.rate is None:
        return grey_part(Item.UNIT, "没有年度计划或没有报数，不计灯", "no plan or no report, so it has no light")
    told = f"完成率{percent_text(inputs.rate)}，时序{percent_text(inputs.schedule)}"
    said = f"rate {percent_text(inputs.rate)} against schedule {percent_text(inputs.schedule)}"
    if inputs.missed <= 0:
        return Part(Item.UNIT, Colour.GREEN, lambda: (told, said))
    colour = Colour.RED if inputs.missed >= profile.unit_red_months else Colour.YELLOW
    zh, en = f"{told}，已连续{inputs.missed}个月未达时序", f"{said}, below schedule {inputs.missed} month(s) running"
    return Part(Item.UNIT, colour, lambda: (zh, en), value=Decimal(inputs.missed))
