"""How columns are called and typed in OData. One rule: `total_wan` → `TotalWan`; ASCII letters and digits alone, since BI tools
stumble over anything else. The Chinese heading of a column goes beside its name, never into it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,127}")


class Type(StrEnum):
    """The primitive types of the model."""

    TEXT = "Edm.String"
    INTEGER = "Edm.Int64"
    DECIMAL = "Edm.Decimal"
    BOOLEAN = "Edm.Boolean"
    DATE = "Edm.Date"
    MOMENT = "Edm.DateTimeOffset"


def pascal(name: str) -> str:
    """The name in OData of a column.

    :raises ValueError: a name that would not be plain ASCII.
    """
    made = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    if not _NAME.fullmatch(made):
        raise ValueError(f"{name} has no name in OData")
    return made


@dataclass(frozen=True, slots=True)
class Property:
    """A column of a set: its name, its type, whether it may be null, and the digits of a decimal."""

    name: str
    type: Type
    is_null: bool
    precision: int = 0
    scale: int = 0
