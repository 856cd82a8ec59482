"""The sets: each resource that its app gave a name in OData, with its columns. JSON columns stay out, since a row is flat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.api.fields import Field, Kind, computed
from accounts.api.resources import RESOURCES, Resource
from reports.odata.figures import FIGURES
from reports.odata.names import Property, Type, pascal

_TYPES = {
    Kind.TEXT: Type.TEXT,
    Kind.CHOICE: Type.TEXT,
    Kind.PARTIAL: Type.TEXT,
    Kind.INTEGER: Type.INTEGER,
    Kind.MONEY: Type.DECIMAL,
    Kind.DECIMAL: Type.DECIMAL,
    Kind.BOOLEAN: Type.BOOLEAN,
    Kind.DATE: Type.DATE,
    Kind.DATETIME: Type.MOMENT,
}
# Digits of money in 万元: a whole number of 分 has 19, six of them behind the point.
_MONEY = (19, 6)
KEY, GONE = "Id", "IsDeleted"
GONE_COLUMN = computed(
    "is_deleted",
    models.BooleanField(_("已删除"), help_text=_("平时只有否；$filter 里写到它时，已删除或撤销登记的行也给出，UpdatedAt 是删除的时间")),
)


@dataclass(frozen=True)
class EntitySet:
    """A set, and for each of its properties the column that it is."""

    name: str
    resource: Resource
    columns: tuple[tuple[Property, Field], ...]

    @property
    def tells_gone(self) -> bool:
        """Whether rows that were deleted can be asked for: of tables whose rows are deleted, and whose history tells."""
        return hasattr(self.resource.model, "history")

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        return tuple(one for one, _field in self.columns)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return {one.name: field for one, field in self.columns}


@cache
def sets() -> Mapping[str, EntitySet]:
    """Every set by its name. Asked for when all apps have declared theirs."""
    found: dict[str, EntitySet] = {}
    for resource in (*RESOURCES.values(), FIGURES):
        if not resource.entity:
            continue
        if resource.entity in found:
            raise ValueError(f"two resources are called {resource.entity} in OData")
        columns = [one for one in resource.fields if one.kind in _TYPES]
        made = EntitySet(resource.entity, resource, tuple((_property(one), one) for one in columns))
        if made.tells_gone:
            made = replace(made, columns=(*made.columns, (_property(GONE_COLUMN), GONE_COLUMN)))
        found[resource.entity] = made
    return found


def _property(field: Field) -> Property:
    kind = _TYPES[field.kind]
    final: Any = field.final
    precision, scale = _MONEY if field.kind is Kind.MONEY else (final.max_digits, final.decimal_places) if field.kind is Kind.DECIMAL else (0, 0)
    return Property(pascal(field.name), kind, field.is_null, precision, scale)
