"""What a client says in its headers about the form of the answer, honoured or refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass

JSON, XML = "application/json", "application/xml"
_FORMATS = {"json": JSON, "xml": XML}
_METADATA = ("minimal", "none")


@dataclass(frozen=True, slots=True)
class Form:
    """JSON as it is wanted: with control information or without, large numbers as texts or not."""

    has_context: bool = True
    has_text_numbers: bool = False

    @property
    def content_type(self) -> str:
        kept = ";IEEE754Compatible=true" if self.has_text_numbers else ""
        return f"{JSON};odata.metadata={'minimal' if self.has_context else 'none'}{kept}"


def json_form(accept: str, chosen: str = "") -> Form | None:
    """The form that is liked best; None where none can be served. `chosen` is `$format`, which goes before the header."""
    for media, told in _ranges(_FORMATS.get(chosen, chosen) if chosen else accept or "*/*"):
        if media in (JSON, "application/*", "*/*"):
            form = _form(told)
            if form is not None:
                return form
    return None


def takes(accept: str, media: str) -> bool:
    """Whether an answer of this one kind will do."""
    major = media.partition("/")[0]
    return any(found in (media, f"{major}/*", "*/*") for found, _told in _ranges(accept or "*/*"))


def _ranges(accept: str) -> list[tuple[str, dict[str, str]]]:
    """Media ranges with their parameters, the most liked first; what is not liked at all stays out."""
    found: list[tuple[float, int, str, dict[str, str]]] = []
    for place, part in enumerate(accept.split(",")):
        media, *rest = (one.strip() for one in part.split(";"))
        told = {name.strip().lower(): value.strip().strip('"').lower() for name, _is, value in (one.partition("=") for one in rest if one)}
        try:
            liked = float(told.pop("q", "1"))
        except ValueError:
            liked = 0.0
        if media and liked > 0:
            found.append((-liked, place, media.lower(), told))
    return [(media, told) for _liked, _place, media, told in sorted(found, key=lambda one: one[:2])]


def _form(told: dict[str, str]) -> Form | None:
    """None for a parameter that is unknown or can't be met."""
    told = dict(told)
    metadata = told.pop("odata.metadata", told.pop("metadata", "minimal"))
    numbers = told.pop("ieee754compatible", "false")
    charset = told.pop("charset", "utf-8")
    told.pop("odata.streaming", None)
    told.pop("streaming", None)
    if told or metadata not in _METADATA or numbers not in ("true", "false") or charset != "utf-8":
        return None
    return Form(metadata == "minimal", numbers == "true")


def is_served_version(most: str) -> bool:
    """Whether version 4.0 is within `OData-MaxVersion`."""
    if not most.strip():
        return True
    major, _dot, minor = most.strip().partition(".")
    return major.isascii() and major.isdigit() and (not minor or (minor.isascii() and minor.isdigit())) and int(major) >= 4


def page_size(prefer: str, most: int) -> tuple[int, bool]:
    """`Prefer: odata.maxpagesize=100`: how many rows, and whether that was the client's wish."""
    for part in prefer.replace(";", ",").split(","):
        name, _is, value = part.strip().partition("=")
        text = value.strip().strip('"')
        if name.strip().lower() in ("odata.maxpagesize", "maxpagesize") and text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0:
            return min(int(text), most), True
    return most, False
