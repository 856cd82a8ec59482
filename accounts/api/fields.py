"""A column as every machine door gives it: its name, its kind, its words and unit, and where the value stands.

Most is read off the model's own field, so that admin, REST, OData, streams and data dictionary speak alike. Money is a number in 万元:
whole 分 divided by a million in the database prints the exact decimal below 10^15 分 (ten million 亿元).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Cast
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What a value is, for schemas, filters and typed files."""

    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    MONEY = "money"  # 万元
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    PARTIAL = "partial"  # 2020, 2020-06, 2020-06-30, 2020-Q2, 2020-H1
    DATETIME = "datetime"
    JSON = "json"


ORDERED = frozenset({Kind.INTEGER, Kind.MONEY, Kind.DECIMAL, Kind.DATE, Kind.PARTIAL, Kind.DATETIME})
# A model's field of a class of its own says its kind in `api_kind`.
_KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (models.BooleanField, Kind.BOOLEAN),
    (models.DateTimeField, Kind.DATETIME),
    (models.DateField, Kind.DATE),
    (models.DecimalField, Kind.DECIMAL),
    (models.IntegerField, Kind.INTEGER),
    (models.AutoField, Kind.INTEGER),
    (models.JSONField, Kind.JSON),
)
# What is true of a column of this name wherever it stands.
_COMMON: Mapping[str, Any] = {
    "id": _("本表的行号；别的表里的“…编号”“…内部编号”列指向它"),
    "revision": _("每改一次加一；用接口修改时放进 If-Match"),
    "updated_at": _("最后一次修改的时刻；增量读取按它筛选"),
    "is_synthetic": _("是：为演示虚构的，不是真实数据"),
    "upload_id": _("由哪一次上传写入；空：由页面或接口写入"),
}
_OF_KIND: Mapping[Kind, Any] = {
    Kind.PARTIAL: _("写到来源说清的那一级：2020、2020-03、2020-03-15、2020-Q2（第二季度）或 2020-H1（上半年）"),
}
_INNER, _NUMBER = _("内部编号"), _("编号")
_UNIT = re.compile(r"（(?:[^（）]*，)?(万元|%|亩|年|基点|字节|10k yuan|mu|bp)）$")


class _Printed(models.Func):
    """A value as JSON has it, made by the database: Python passes on what it is given, without a call for each value."""

    arity = 1
    output_field = models.Field()
    on_postgresql = ""

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template=self.on_postgresql, **more)


class _Number(_Printed):
    template, on_postgresql = "CAST(%(expressions)s AS REAL)", "(%(expressions)s)::float8"


class _Wan(_Printed):
    """万元 of whole 分."""

    template, on_postgresql = "(CAST(%(expressions)s AS REAL) / 1e6)", "((%(expressions)s)::float8 / 1e6)"


class _Moment(_Printed):
    """In UTC: 2020-07-10T10:00:00.5Z."""

    template = "(REPLACE(%(expressions)s, ' ', 'T') || 'Z')"
    on_postgresql = "((to_json(%(expressions)s AT TIME ZONE 'UTC') #>> '{}') || 'Z')"


_PRINTED = {Kind.MONEY: _Wan, Kind.DECIMAL: _Number, Kind.DATETIME: _Moment}


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `path` is where it stands, from the resource's model on; `final` the model's field at its end."""

    name: str
    path: str
    kind: Kind
    words: tuple[Any, ...]
    final: models.Field[Any, Any]
    is_null: bool
    unit: str = ""
    note: Any = ""

    @property
    def heading(self) -> str:
        """The words of the column in the reader's language, with the unit where it has one."""
        return joined([str(word) for word in self.words])

    @property
    def choices(self) -> list[tuple[Any, str]]:
        return [(value, str(words)) for value, words in self.final.flatchoices]

    @property
    def is_text(self) -> bool:
        return self.kind in (Kind.TEXT, Kind.CHOICE, Kind.PARTIAL)

    @property
    def expression(self) -> Any:
        """What the database is asked for, so that a row needs no more work in Python."""
        if self.kind is Kind.DATE:
            return Cast(F(self.path), models.CharField())
        printed = _PRINTED.get(self.kind)
        return F(self.path) if printed is None else printed(F(self.path))


def joined(words: Sequence[str]) -> str:
    """The words on the way to a column as one heading, none said twice: 项目 + 项目编号 is 项目编号, 清单版本 + 清单 + 标识 is 清单标识."""
    *before, told = words
    head = told
    for word in reversed(before):
        if not told.startswith(word) and not word.startswith(head):
            told = told[len(head) :] if word.endswith(head) and told != head and told.startswith(head) else told
            apart = word[-1:].isascii() and told[:1].isascii()
            told = f"{word} {told[:1].lower() if told[1:2].islower() else told[:1]}{told[1:]}" if apart else f"{word}{told}"
        head = word
    return told


def _key_words(relation: Any) -> tuple[Any, ...]:
    """What is said of the number of another row; where those rows have a number that people use, this is the inner one."""
    there = relation.related_model._meta
    known = {str(_NUMBER), f"{there.verbose_name}{_NUMBER}"}
    named = any(str(one.verbose_name) in known for one in there.concrete_fields)
    return (relation.verbose_name, _INNER if named else _NUMBER)


def field(model: type[models.Model], path: str, name: str = "", note: Any = "") -> Field:
    """The column at a path: `name`, `unit` (→ `unit_id`), `unit__short_name` (→ `unit_short_name`)."""
    words: list[Any] = []
    is_null = False
    at = model
    *steps, last = path.split("__")
    for step in steps:
        relation: Any = at._meta.get_field(step)
        words.append(relation.verbose_name)
        is_null = is_null or relation.null
        at = relation.related_model
    final: Any = at._meta.get_field(last)
    if final.is_relation:
        return Field(
            name or f"{path.replace('__', '_')}_id",
            f"{path}_id",
            Kind.INTEGER,
            (*words, *_key_words(final)),
            final.target_field,
            is_null or final.null,
            note=note or format_lazy(_("指向“{table}”的 ID"), table=final.related_model._meta.verbose_name),
        )
    kind = _kind_of(final)
    unit = "万元" if kind is Kind.MONEY else _unit_of(final)
    told = note or final.help_text or _COMMON.get(path) or _OF_KIND.get(kind, "")
    return Field(name or path.replace("__", "_"), path, kind, (*words, final.verbose_name), final, is_null or final.null, unit, told)


def computed(name: str, final: Any) -> Field:
    """A column that the database reckons; `final` says its kind and its words."""
    return Field(name, name, _kind_of(final), (final.verbose_name,), final, final.null, _unit_of(final), final.help_text)


def fields(model: type[models.Model], names: Iterable[str | tuple[str, str]], notes: Mapping[str, Any] | None = None) -> tuple[Field, ...]:
    """Columns by their paths, or as (name, path); `notes` say what a column means, by its name.

    :raises ValueError: a note on no column.
    """
    made = [field(model, one) if isinstance(one, str) else field(model, one[1], one[0]) for one in names]
    notes = notes or {}
    if unknown := set(notes) - {one.name for one in made}:
        raise ValueError(f"{model.__name__}: notes on no column: {', '.join(sorted(unknown))}")
    return tuple(replace(one, note=notes.get(one.name, one.note)) for one in made)


def _kind_of(final: Any) -> Kind:
    told = getattr(final, "api_kind", None)
    if told is not None:
        return Kind(told)
    if final.choices and not isinstance(final, models.IntegerField):
        return Kind.CHOICE
    return next((kind for cls, kind in _KINDS if isinstance(final, cls)), Kind.TEXT)


def _unit_of(final: Any) -> str:
    found = _UNIT.search(str(final.verbose_name))
    return found.group(1) if found else ""
