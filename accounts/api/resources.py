"""What can be read by machines, declared once: each app registers its own, the doors (REST, streams, OData, dictionary) ask here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import cached_property

from accounts import scope
from accounts.api.fields import Field, computed, fields
from accounts.roles import Action

Rows = models.QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Known:
    """The state that is asked for: up to a moment, or a pinned cut; neither: as it is now. `with_gone`: also what is there no more."""

    moment: datetime | None = None
    cut: Any = None
    with_gone: bool = False

    @property
    def is_now(self) -> bool:
        return self.moment is None and self.cut is None


@dataclass(frozen=True, slots=True)
class Include:
    """Rows of another resource that hang on this one: by which of their columns."""

    resource: str
    key: str


@dataclass(frozen=True)
class Resource:
    """A table as machines read it. `past` gives its rows as they were known; without one only the present can be asked for.

    `period` names the columns (year, month) by which `?period=2020-06` narrows the described month; the month may be "" where the row
    is of a whole year. `computed` are columns that the model has not: name → what the database reckons.
    """

    name: str
    model: type[models.Model]
    fields: tuple[Field, ...]
    title: Any
    note: Any = ""
    only: Mapping[str, Any] = field(default_factory=dict)
    search: Callable[[Rows, str], Rows] | None = None
    period: tuple[str, str] | None = None
    includes: Mapping[str, Include] = field(default_factory=dict)
    past: Callable[[type[models.Model], Known, Iterable[str]], Rows] | None = None
    entity: str = ""  # its name in OData, where it is a set there
    see: Callable[[Rows, Any, Action], Rows] = scope.for_user
    computed: Mapping[str, Any] = field(default_factory=dict)
    heavy: frozenset[str] = frozenset()  # columns that are given only to who asks for them by `fields`

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def shown(self) -> tuple[Field, ...]:
        """The columns of a row where none are asked for."""
        return tuple(one for one in self.fields if one.name not in self.heavy)

    @property
    def keeps_past(self) -> bool:
        """Whether its rows can be asked for as they were. One that keeps none is served as it is now, at a cut too, and says so."""
        return self.past is not None

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every path by which its columns and its scope are found."""
        scope_path = getattr(self.model, "scope_path", None)
        return tuple(dict.fromkeys([one.path for one in self.fields if one.name not in self.computed] + ([scope_path] if scope_path else [])))

    @property
    def is_revised(self) -> bool:
        """Whether a row counts its changes, so that a writer can say which state it saw."""
        return "revision" in self.by_name

    def rows(self, user: Any, action: Action = Action.VIEW, known: Known = Known()) -> Rows:
        """The rows that this person may see, as they are or as they were known."""
        past = None if known.is_now and not known.with_gone else self.past
        found = self.model._default_manager.all() if past is None else past(self.model, known, self.paths)
        seen: Rows = self.see(found.filter(**self.only), user, action).alias(**self.computed)
        return seen.order_by()


RESOURCES: dict[str, Resource] = {}


def register(name: str, model: type[models.Model], names: Iterable[str | tuple[str, str]], **more: Any) -> Resource:
    """Declare a resource by its columns; `id` goes before them, and `revision` and `updated_at` after where the model has them.

    `computed=` gives columns that are reckoned: name → (expression, a model field that says kind and words); `notes=` what columns mean
    where the model's own help does not say it to a machine's reader.
    """
    own = {one.name for one in model._meta.get_fields()}
    tail = [name for name in ("revision", "updated_at") if name in own]
    title = more.pop("title", model._meta.verbose_name)
    reckoned = more.pop("computed", {})
    own_columns = fields(model, ["id", *names], more.pop("notes", None))
    columns = (*own_columns, *(computed(one, final) for one, (_told, final) in reckoned.items()), *fields(model, tail))
    more["computed"] = {one: told for one, (told, _final) in reckoned.items()}
    made = Resource(name=name, model=model, fields=columns, title=title, **more)
    if name in RESOURCES:
        raise ValueError(f"resource {name} is declared twice")
    RESOURCES[name] = made
    return made


def include(name: str, **children: Include) -> None:
    """Say what hangs on a resource, also from an app further up the chain."""
    one = RESOURCES[name]
    RESOURCES[name] = replace(one, includes={**one.includes, **children})


def see_units(rows: Rows, user: Any, action: Action) -> Rows:
    """Units and divisions name places and hold no figures: whoever may view anything sees all of them."""
    return rows if scope.may(user, action) else rows.none()
