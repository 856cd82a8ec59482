"""What one column of a sheet is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from projects.values import MoneyUnit


class Kind(StrEnum):
    """Kinds of sheet; a workbook may also be mixed or unknown."""

    INFRASTRUCTURE = "infrastructure_list"
    EMERGING = "emerging_list"
    MONTHLY = "monthly_progress"
    BOND = "bond_allocation"
    CENTRAL = "central_budget"


class ReaderKind(StrEnum):
    """Which reader of `exchange.cells` a column's cells go through."""

    NAME = "name"
    TEXT = "text"
    OWNER = "owner"
    CODE = "code"
    LOCAL_CODE = "local_code"
    CREDIT_CODE = "credit_code"
    PLACE = "place"
    STAGE = "stage"
    NATURE = "nature"
    AMOUNT = "amount"
    DATE = "date"
    PERIOD = "period"
    MONTH = "month"
    RATE = "rate"
    SHARE = "share"
    TERM = "term"
    LAND = "land"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a sheet: how it is headed, read, demanded and explained."""

    field: str
    header: str  # the heading of our own template, without unit
    reader: ReaderKind
    neutral: str = ""  # the name in neutral JSON where it differs from the field
    aliases: tuple[str, ...] = ()
    unit: MoneyUnit | str | None = None
    required_from: str | None = None  # stage from which the field is demanded; "always" for every row
    help: str = ""
    width: int = 12

    @property
    def neutral_field(self) -> str:
        return self.neutral or self.field.removesuffix("_wan")

    @property
    def is_money(self) -> bool:
        return self.reader is ReaderKind.AMOUNT
