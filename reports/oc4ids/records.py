"""What the mapping to OC4IDS is told of a project: frozen records, money in 万元, dates as they were given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation: the id it has among the parties of a project, its name, and its credit code."""

    id: str
    name: str
    uscc: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A node of one of our classifications with what the open standard calls it (blank: nothing)."""

    scheme: str
    code: str
    name: str
    open_code: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that the project stands on in its newest version, and its number there."""

    key: str
    name: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    share_percent: Decimal


@dataclass(frozen=True, slots=True)
class Planned:
    """Start and finish as first decided (the baseline)."""

    start: str = ""
    finish: str = ""


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The plan of a year, or of a month of it."""

    year: int
    month: int | None
    plan_wan: Decimal | None
    cum_prior_wan: Decimal | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """An approved report: of a month, or of a half of it (1, 2)."""

    year: int
    month: int
    half: int
    cum_total_wan: Decimal | None
    percent: Decimal | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A formality: its kind and state, by the words that are stored, and the words that are shown."""

    id: int
    kind: str
    title: str
    state: str
    doc_no: str = ""
    issuer: str = ""
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    id: int
    text: str
    raised_on: date
    due_on: date | None = None
    resolved_on: date | None = None
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What a source is planned to give."""

    code: str
    name: str
    planned_wan: Decimal


@dataclass(frozen=True, slots=True)
class BondGiven:
    """What a bond gave the project."""

    id: int
    batch: str
    name: str
    assigned_wan: Decimal
    rate_percent: Decimal | None = None
    value_on: date | None = None
    matures_on: date | None = None


@dataclass(frozen=True, slots=True)
class CentralGiven:
    """What a central plan document gave the project."""

    doc_no: str
    programme: str
    year: int
    assigned_wan: Decimal
    given_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that reached the project (拨付): of which source, how much, when."""

    id: int
    source: str
    source_name: str
    amount_wan: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a project at the moment that is told, public or not."""

    uid: str
    name: str
    stage: str
    updated_at: datetime
    unit: Body
    owner: Body | None = None
    responsible: str = ""
    contact: str = ""
    phone: str = ""
    lead: str = ""
    sector: Coded | None = None
    nature: Coded | None = None
    content: str = ""
    address: str = ""
    total_wan: Decimal | None = None
    total_text: str = ""
    is_approx: bool = False
    actual_start: str = ""
    actual_finish: str = ""
    stopped_on: str = ""
    stage_reason: str = ""
    baseline: Planned = Planned()
    codes: tuple[str, ...] = ()
    listed: tuple[Listed, ...] = ()
    places: tuple[Place, ...] = ()
    plans: tuple[YearPlan, ...] = ()
    months: tuple[Reported, ...] = ()
    papers: tuple[Paper, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    bonds: tuple[BondGiven, ...] = ()
    central: tuple[CentralGiven, ...] = ()
    paid: tuple[Paid, ...] = ()
