"""A project as an OC4IDS 0.9 project: identity, parties, places, status, dates; money and course are told by their own modules. Pure.

Only what is public goes in (`shown`); what a project's free texts give away of the rest is taken out last, by `scrub`.
"""

from __future__ import annotations

from collections.abc import Collection

from projects.disclosure import Item
from reports.oc4ids import course, money
from reports.oc4ids.records import Coded, Facts
from reports.oc4ids.scrub import without_hidden
from reports.oc4ids.values import BEIJING, Document, filled, first_day, last_day, period

# Our schemes, which are no codelist of the standard's.
CODE_SCHEME = "CN-TZXM"  # 投资项目在线审批监管平台统一代码
CREDIT_SCHEME = "CN-USCC"
DIVISION_SCHEME = "CN-GBT2260"
LIST_SCHEME = "CN-PIPELINE-LIST"

# Stage → status. 停缓建 has no code: it stays under implementation, with a milestone that is not met.
STATUS: dict[str, str] = {
    "idea": "identification",
    "reserve": "identification",
    "prep": "preparation",
    "planned": "preparation",
    "build": "implementation",
    "suspended": "implementation",
    "done": "completion",
    "operate": "maintenance",
    "closed": "maintenance",
    "out": "cancelled",
}
AUTHORITY, UNIT, RESPONSIBLE = "publicAuthority", "administrativeEntity", "responsible"


def project_document(facts: Facts, shown: Collection[Item], prefix: str) -> Document:
    """The project as far as it is public. Its id is made of our own number, which never changes, whatever becomes of its codes."""
    authority = _authority(facts, shown)
    funders: dict[str, str] = {}  # filled by what names a source, so that nobody is a party of something that is not told
    told = filled(
        id=f"{prefix}-{facts.uid}",
        updated=facts.updated_at.astimezone(BEIJING).isoformat(timespec="seconds"),
        language="zh",
        identifiers=_identifiers(facts, shown),
        title=facts.name if Item.NAME in shown else None,
        description=facts.content.strip() if Item.CONTENT in shown else None,
        status=STATUS.get(facts.stage) if Item.STATUS in shown else None,
        type=facts.nature.open_code if Item.NATURE in shown and facts.nature else None,
        sector=_sectors(facts.sector) if Item.SECTOR in shown else None,
        additionalClassifications=_classifications(facts, shown),
        locations=_locations(facts, shown),
        publicAuthority=authority,
        budget=money.budget(facts, shown, funders),
        transactions=money.transactions(facts, shown, funders, authority),
        forecasts=course.forecasts(facts, shown),
        metrics=course.metrics(facts, shown),
        milestones=course.milestones(facts, shown),
        completion=course.completion(facts, shown),
        **_periods(facts, shown),
    )
    parties = _parties(facts, shown, authority, funders)
    return without_hidden(told | filled(parties=parties), facts, shown)


def _identifiers(facts: Facts, shown: Collection[Item]) -> list[Document]:
    codes = [{"id": code, "scheme": CODE_SCHEME} for code in facts.codes] if Item.CODE in shown else []
    numbered = [row for row in facts.listed if row.position is not None] if Item.LISTS in shown else []
    return [*codes, *({"id": f"{row.key}/{row.position}", "scheme": LIST_SCHEME} for row in numbered)]


def _sectors(sector: Coded | None) -> list[str]:
    """The code of a subsector comes with that of its sector."""
    if sector is None or not sector.open_code:
        return []
    parent = sector.open_code.partition(".")[0]
    return [parent, sector.open_code] if parent != sector.open_code else [parent]


def _classifications(facts: Facts, shown: Collection[Item]) -> list[Document]:
    own = [facts.sector] if Item.SECTOR in shown and facts.sector else []
    lists = facts.listed if Item.LISTS in shown else ()
    return [
        *(filled(scheme=f"CN-PIPELINE-{node.scheme}", id=node.code, description=node.name) for node in own),
        *(filled(scheme=LIST_SCHEME, id=row.key, description=row.name) for row in lists),
    ]


def _locations(facts: Facts, shown: Collection[Item]) -> list[Document]:
    """Divisions, and the address. Coordinates are not told: those in use here are not WGS-84."""
    places = facts.places if Item.LOCATION in shown else ()
    told = [
        filled(
            id=place.code,
            description=place.name if place.share_percent == 100 else f"{place.name}（占{place.share_percent.normalize():f}%）",
            gazetteer={"scheme": DIVISION_SCHEME, "identifiers": [place.code]},
            address={"region": place.name, "countryName": "中国"},
        )
        for place in places
    ]
    if Item.ADDRESS in shown and facts.address.strip():
        told.append({"id": "address", "address": {"streetAddress": facts.address.strip(), "countryName": "中国"}})
    return told


def _periods(facts: Facts, shown: Collection[Item]) -> dict[str, Document]:
    """Start and finish as first planned: the standard asks that they do not move while the project is built."""
    if Item.PLAN_DATES not in shown:
        return {}
    planned = period(first_day(facts.baseline.start), last_day(facts.baseline.finish))
    return {"period": planned, "implementationPeriod": dict(planned)} if planned else {}


def _authority(facts: Facts, shown: Collection[Item]) -> Document | None:
    """Who owns the project: who builds it, else who answers for it, else who reports it."""
    if Item.OWNER in shown and facts.owner is not None:
        return {"id": facts.owner.id, "name": facts.owner.name}
    if Item.RESPONSIBLE in shown and facts.responsible.strip():
        return {"id": RESPONSIBLE, "name": facts.responsible.strip()}
    return {"id": facts.unit.id, "name": facts.unit.name} if Item.UNIT in shown else None


def _parties(facts: Facts, shown: Collection[Item], authority: Document | None, funders: dict[str, str]) -> list[Document]:
    parties: dict[str, Document] = {}
    if authority is not None:
        parties[authority["id"]] = {**authority, "roles": [AUTHORITY]} | _of_owner(facts, shown, authority["id"]) | _contact(facts, shown)
    if Item.UNIT in shown:
        unit = parties.setdefault(facts.unit.id, {"id": facts.unit.id, "name": facts.unit.name, "roles": []})
        unit["roles"] = [*unit["roles"], UNIT]
    for key, name in funders.items():
        parties[key] = {"id": key, "name": name, "roles": ["funder"]}
    return list(parties.values())


def _of_owner(facts: Facts, shown: Collection[Item], key: str) -> Document:
    if facts.owner is None or key != facts.owner.id or not facts.owner.uscc or Item.OWNER_CODE not in shown:
        return {}
    return {"identifier": {"scheme": CREDIT_SCHEME, "id": facts.owner.uscc, "legalName": facts.owner.name}}


def _contact(facts: Facts, shown: Collection[Item]) -> Document:
    told = filled(
        name=facts.contact.strip() if Item.CONTACT in shown else None,
        telephone=facts.phone.strip() if Item.PHONE in shown else None,
    )
    return {"contactPoint": told} if told else {}
