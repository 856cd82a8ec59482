"""Column kinds of this domain: money in 万元 held as whole 分, and dates known to the day, month, quarter or year."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from projects.values import PartialDate, fen_to_wan, wan_to_fen

# 9,000,000,000,000 万元 would still fit a 64-bit column; a form accepts up to a hundred thousand 亿元.
_MOST_WAN = Decimal("1000000000")


class WanField(models.BigIntegerField):  # type: ignore[type-arg]
    """Money: `Decimal` 万元 in Python and in forms, a whole number of 分 in the column (1万元 = 1,000,000分), so that sums are exact
    on every database. Blank is None and never zero."""

    description = _("金额（万元）")
    api_kind = "money"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else fen_to_wan(int(value))

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or value == "":
            return None
        return wan_to_fen(self.to_python(value))

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError:
            raise ValidationError(_("请填写数字（万元），读到“%(value)s”"), params={"value": value}) from None

    @property
    def validators(self) -> list[Any]:
        return list(self._validators)  # type: ignore[attr-defined]

    def formfield(self, **kwargs: Any) -> Any:
        defaults: dict[str, Any] = {"form_class": forms.DecimalField, "max_digits": 18, "decimal_places": 6, "max_value": _MOST_WAN}
        return models.Field.formfield(self, **{**defaults, **kwargs})

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else format(value, "f")


def check_partial_date(text: str) -> None:
    """Refuse a date text that is not of the stored forms (2020, 2020-06, 2020-06-30, 2020-Q2, 2020-H1)."""
    try:
        PartialDate.parse(text)
    except ValueError:
        raise ValidationError(_("日期应为 2020、2020-06、2020-06-30、2020-Q2 或 2020-H1，读到“%(value)s”"), params={"value": text}) from None


class PartialDateField(models.CharField):  # type: ignore[type-arg]
    """A date with the precision its source had, as text that sorts by time: 2020, 2020-06, 2020-06-30, 2020-Q2, 2020-H1."""

    default_validators = [check_partial_date]
    api_kind = "partial"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """`field__among=keys`: like `in`, with all keys as one parameter, so that thousands are one short statement on both engines."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, self.rhs]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        keys = json.dumps(self.rhs)
        return f"{left} IN (SELECT value FROM json_each(%s))", (*params, keys)  # noqa: S608 -- the name of a column
