"""What the sets are, for machines: the service document, and the model in CSDL XML 4.0.

One schema, flat types, a key that is never null, no navigation. Headings are annotations, always in Chinese, so that the document is the
same for everybody and can be kept (ETag). Terms are those of the OASIS vocabularies, named in full and without a reference to fetch.
"""

from __future__ import annotations

import hashlib
from functools import cache
from xml.sax.saxutils import quoteattr

from django.conf import settings
from django.utils import translation

from accounts.api.fields import Field
from reports.odata.names import Property, Type
from reports.odata.sets import KEY, EntitySet, sets

NAMESPACE, CONTAINER = "MajorProjects", "Data"
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_DESCRIPTION = "Org.OData.Core.V1.Description"
_LONG = "Org.OData.Core.V1.LongDescription"
_UNIT = "Org.OData.Measures.V1.Unit"


def type_name(entity: EntitySet) -> str:
    return f"{entity.name}Row"


@cache
def metadata() -> tuple[bytes, str]:
    """The document, and the ETag of it."""
    with translation.override(settings.LANGUAGE_CODE):
        types = "".join(_type(one) for one in sets().values())
        holders = "".join(_holder(one) for one in sets().values())
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<edmx:Edmx Version="4.0" xmlns:edmx="{_EDMX}"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="{_EDM}">{types}<EntityContainer Name="{CONTAINER}">{holders}</EntityContainer></Schema>'
        f"</edmx:DataServices></edmx:Edmx>\n"
    ).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def service(root: str) -> dict[str, object]:
    """The document at the root: each set by its name."""
    with translation.override(settings.LANGUAGE_CODE):
        found = [{"name": one.name, "title": str(one.resource.title), "kind": "EntitySet", "url": one.name} for one in sets().values()]
    return {"@odata.context": f"{root}$metadata", "value": found}


def note_of(field: Field) -> str:
    """What is said of a column beside its heading: its note, and the codes with their words."""
    choices = field.choices if field.final.choices else []
    codes = "；".join(f"{value}＝{words}" for value, words in choices if str(value) != words)
    return "。".join(part for part in (str(field.note).rstrip("。"), codes) if part)


def _type(entity: EntitySet) -> str:
    properties = "".join(_property(one, field) for one, field in entity.columns)
    said = _said(_DESCRIPTION, entity.resource.title)
    return f'<EntityType Name="{type_name(entity)}"><Key><PropertyRef Name="{KEY}"/></Key>{properties}{said}</EntityType>'


def _property(one: Property, field: Field) -> str:
    facets = "" if one.is_null else ' Nullable="false"'
    if one.type is Type.DECIMAL:
        facets += f' Precision="{one.precision}" Scale="{one.scale}"'
    elif one.type is Type.MOMENT:
        facets += ' Precision="6"'
    note = note_of(field)
    inner = _said(_DESCRIPTION, field.heading) + (_said(_LONG, note) if note else "") + (_said(_UNIT, field.unit) if field.unit else "")
    return f'<Property Name="{one.name}" Type="{one.type}"{facets}>{inner}</Property>'


def _holder(entity: EntitySet) -> str:
    note = f"{_said(_LONG, entity.resource.note)}" if entity.resource.note else ""
    return (
        f'<EntitySet Name="{entity.name}" EntityType="{NAMESPACE}.{type_name(entity)}">{_said(_DESCRIPTION, entity.resource.title)}{note}</EntitySet>'
    )


def _said(term: str, words: object) -> str:
    return f'<Annotation Term="{term}" String={quoteattr(str(words))}/>'
