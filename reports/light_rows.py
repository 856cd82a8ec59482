"""Lights of a month: every project's, as far as the reader reaches, in a fixed number of queries; counts; since when the red ones are red.

Nothing is kept: a light follows from the figures, the rule's version and the two clocks, so that it can always be made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from funding.clocks import Light as Colour
from projects.history import State, rows_at
from projects.models import LightNote, LightProfile
from projects.moment import Moment
from projects.services.lights import own_profile
from projects.values import Month
from reports.light_facts import Fact, Facts, NoteRow, read_facts
from reports.lights import GRAVITY, Bound, Inputs, Item, Light, Profile, ProgressBy, UnitBy, light
from reports.selection import Question, Reach, select


@dataclass(frozen=True, slots=True)
class LightRow:
    """A project with its computed light, what stands beside it, and since when it is red."""

    pk: int
    name: str
    unit_id: int
    unit: str
    unit_key: str
    unit_order: int
    sector_id: int | None
    sector: str
    sector_key: str  # scheme.code, or `none`
    kind: str
    plan_wan: Decimal | None
    ytd_wan: Decimal | None
    light: Light
    override: NoteRow | None = None  # what an officer set, beside the computed colour and never instead of it
    explanation: NoteRow | None = None
    since: Month | None = None

    @property
    def colour(self) -> Colour:
        return self.light.colour


@dataclass(frozen=True, slots=True)
class Lights:
    """The lights of a question, by unit, and the rule's version that made them all."""

    question: Question
    profile: Profile
    rows: tuple[LightRow, ...]

    @property
    def red(self) -> list[LightRow]:
        """红灯清单: the longest red first, then by unit."""
        found = [row for row in self.rows if row.light.is_red]
        return sorted(found, key=lambda row: (row.since or self.question.month, row.unit_order, row.unit_id, row.name))

    def of(self, colour: str) -> list[LightRow]:
        return [row for row in self.rows if row.colour == colour]


Counts = dict[Colour, int]


@dataclass(frozen=True, slots=True)
class LightCounts:
    """How many of each colour: in all, by unit (key), by sector (key), and which part made the red ones red."""

    whole: Counts
    by_unit: dict[str, Counts]
    by_sector: dict[str, Counts]
    red_items: dict[Item, int]


# --- The rule ----------------------------------------------------------------------------------------------------------------------


def profile_of(row: LightProfile) -> Profile:
    """The stored version as the rule that judges."""
    return Profile(
        key=row.key,
        name=row.name,
        version=row.version,
        progress_by=ProgressBy(row.progress_by),
        progress_yellow=_bound(row.progress_yellow, at=row.progress_yellow_at),
        progress_red=_bound(row.progress_red, at=row.progress_red_at),
        slack=Colour(row.slack),
        start_yellow=row.start_yellow,
        start_red=row.start_red,
        payment_yellow=_bound(row.payment_yellow),
        payment_red=_bound(row.payment_red),
        statistics_yellow=row.statistics_yellow,
        statistics_red=row.statistics_red,
        unit_by=UnitBy(row.unit_by),
        unit_red_months=row.unit_red_months,
    )


def _bound(value: Decimal | None, *, at: bool = False) -> Bound | None:
    return None if value is None else Bound(Decimal(value), at)


def profiles_at(state: State) -> list[LightProfile]:
    """The versions that were known in a state; of the city's own the first always is, since without one there are no lights. One query."""
    known = set(rows_at(LightProfile, state).values_list("pk", flat=True)) if state is not None else None
    every = list(LightProfile.objects.order_by("key", "version"))
    first: dict[str, int] = {}
    for row in every:
        first.setdefault(row.key, row.pk)
    return [row for row in every if known is None or row.pk in known or first[row.key] == row.pk]


def profile_in_force(moment: Moment) -> Profile:
    """The version of the city's own rule that makes the month's lights, as known; a rule without bounds where none was loaded."""
    found = own_profile(profiles_at(moment.state), moment.month)
    return profile_of(found) if found is not None else Profile("none", "未设亮灯规则")


# --- The lights --------------------------------------------------------------------------------------------------------------------


def lights_of(reach: Reach, question: Question, profile: Profile | None = None, *, with_since: bool = True) -> Lights:
    """Every selected project with its light, by unit and sector. A fixed number of queries (ten at most).

    By the version in force unless another profile is given. `with_since` asks since when the red ones are red: one or two queries more.
    """
    judging = profile or profile_in_force(question.moment)
    return _lit(question, judging, read_facts(select(reach, question)), with_since=with_since)


def compared(reach: Reach, question: Question, one: Profile, other: Profile) -> tuple[Lights, Lights]:
    """The same projects by two rules, read once."""
    facts = read_facts(select(reach, question))
    return _lit(question, one, facts, with_since=False), _lit(question, other, facts, with_since=False)


def light_counts(lights: Lights) -> LightCounts:
    whole: Counter[Colour] = Counter()
    units: dict[str, Counter[Colour]] = {}
    sectors: dict[str, Counter[Colour]] = {}
    items: Counter[Item] = Counter()
    for row in lights.rows:
        whole[row.colour] += 1
        units.setdefault(row.unit_key, Counter())[row.colour] += 1
        sectors.setdefault(row.sector_key, Counter())[row.colour] += 1
        if row.light.is_red:
            items.update(part.item for part in row.light.decisive)
    return LightCounts(_full(whole), {key: _full(told) for key, told in units.items()}, {key: _full(told) for key, told in sectors.items()}, items)


def _full(counts: Mapping[Colour, int]) -> Counts:
    return {colour: counts.get(colour, 0) for colour in GRAVITY}


def _lit(question: Question, profile: Profile, facts: Facts, *, with_since: bool) -> Lights:
    rows = [_row(fact, light(profile, fact.inputs), facts, question.month) for fact in facts.each]
    if with_since:
        inputs = {fact.pk: fact.inputs for fact in facts.each}
        earlier = facts.before([row.pk for row in rows if row.light.is_red])
        rows = [replace(row, since=_red_since(inputs[row.pk], earlier[row.pk], profile)) if row.light.is_red else row for row in rows]
    return Lights(question, profile, tuple(rows))


def _row(fact: Fact, made: Light, facts: Facts, month: Month) -> LightRow:
    """The light with the newest of what stands said for the month."""
    last: Mapping[str, NoteRow] = {note.kind: note for note in facts.notes.get(fact.pk, ()) if note.month == month and note.withdrawn is None}
    return LightRow(
        fact.pk,
        fact.name,
        fact.unit_id,
        fact.unit,
        fact.unit_key,
        fact.unit_order,
        fact.sector_id,
        fact.sector,
        fact.sector_key,
        fact.kind,
        fact.inputs.plan_wan,
        fact.inputs.ytd_wan,
        made,
        last.get(LightNote.Kind.OVERRIDE),
        last.get(LightNote.Kind.EXPLANATION),
    )


def _red_since(now: Inputs, earlier: list[Inputs], profile: Profile) -> Month:
    """The first month of the unbroken run of red in the year, looked at backwards."""
    first = now.month
    for inputs in reversed(earlier):
        if not light(profile, inputs).is_red:
            break
        first = inputs.month
    return first
