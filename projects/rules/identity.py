"""Rules on who a project is: name, project code, credit code, division. Pure. Numbers are those of the rule table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from projects.findings import Finding
from projects.records import Context, DivisionRecord, ProjectRecord
from projects.rules.saying import Said, blocks, info, reason
from projects.values import CodeForm, CreditCode, PartialDate, ProjectCode, normalise_code


class HasCode(Protocol):
    """A project with its primary code, or one more code of a project."""

    @property
    def code(self) -> str | None: ...
    @property
    def identity(self) -> int | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def unit_division(self) -> str | None: ...
    @property
    def approval_date(self) -> PartialDate | None: ...


_OLD_YEARS = frozenset(str(year) for year in range(2015, 2022))
_MONTHS = frozenset(f"{month:02d}" for month in range(1, 13))


@lru_cache(maxsize=256)
def read_code(text: str) -> ProjectCode | None:
    """Read a code, once for the rules that look at it one after another. One in its written form needs no normalising."""
    if not ProjectCode.has_shape(text):
        return ProjectCode.parse(text)
    if text[:4] in _OLD_YEARS:
        return ProjectCode(text, CodeForm.OLD)
    return ProjectCode(text, CodeForm.NEW) if text[0] == "2" and text[2:4] in _MONTHS else None


@dataclass(frozen=True, slots=True)
class _CreditCodeRead:
    """A credit code and how its checks came out; one owner builds many projects, so it is kept."""

    code: CreditCode
    check_fits: bool
    organisation_fits: bool


@lru_cache(maxsize=8192)
def _read_credit_code(text: str) -> _CreditCodeRead | None:
    code = CreditCode.parse(text)
    return None if code is None else _CreditCodeRead(code, code.check_fits, code.organisation_check_fits)


def name_length(project: ProjectRecord, context: Context) -> Said:
    """Rule 1: a name has 4 to 200 characters. That there is one at all is asked by the stage table."""
    if not project.name:
        return None
    limits, length = context.thresholds, len(project.name.strip())
    if limits.name_min_length <= length <= limits.name_max_length:
        return None
    return blocks("name_length", "name", name=project.name[:40], length=length, least=int(limits.name_min_length), most=int(limits.name_max_length))


def code_form(record: HasCode, context: Context) -> Said:
    """Rule 2: a code is of the old or the new form, 4-6-2-2-6 (发改投资〔2020〕1439号)."""
    if not record.code or read_code(record.code) is not None or ProjectCode.has_shape(normalise_code(record.code)):
        return None
    return blocks("code_format", "code", code=record.code)


def code_check_digit(record: HasCode, context: Context) -> Said:
    """Rule 3: last digit of a new code by ISO 7064 MOD 11,10. Information only: the standard's own clause is not public."""
    if not record.code:
        return None
    code = read_code(record.code)
    if code is None or code.form is CodeForm.OLD or code.check_digit_fits:
        return None
    return info("code_check_digit", "code", code=code.text, expected=code.expected_check_digit, found=code.text[-1])


def code_time(record: HasCode, context: Context) -> Said:
    """Rule 4: the time part of a code is a year or month there was, and not after the month reported."""
    if not record.code:
        return None
    code = read_code(record.code)
    if code is None:
        text = normalise_code(record.code)
        return blocks("code_time", "code", code=text, time=text[:4], until=str(context.until)[:7]) if ProjectCode.has_shape(text) else None
    month = code.month
    late = code.year > context.until.year or (month is not None and (month.year, month.month) > (context.until.year, context.until.month))
    return blocks("code_time", "code", code=code.text, time=code.text[:4], until=str(context.until)[:7]) if late else None


def code_unusual(record: HasCode, context: Context) -> Said:
    """Rule 5: an old code got after the switch to new ones, or with a serial of five digits."""
    if not record.code:
        return None
    code = read_code(record.code)
    if code is None or code.form is CodeForm.NEW:
        return None
    approved = record.approval_date
    if code.is_short or (approved is not None and approved.first_day > context.thresholds.old_code_last_day):
        return reason("code_unusual", "code", code=code.text)
    return None


def code_region(record: HasCode, context: Context) -> Said:
    """Rule 6: the region in a code is the city's, and the reporting unit's own division (or one open to all units)."""
    if not record.code:
        return None
    code = read_code(record.code)
    if code is None:
        return None
    region, own = code.region, record.unit_division
    if not region.startswith(context.region_prefix):
        return reason("code_region", "code", code=code.text, region=region, prefix=context.region_prefix)
    if own is None or region == own or region in context.open_regions or own in context.open_regions:
        return None
    if context.region_successors.get(region) == own:
        return None
    return reason("code_region_unit", "code", code=code.text, region=region, unit=record.unit or own, own=own)


def code_unique(record: HasCode, context: Context) -> Said:
    """Rule 7: a code belongs to one active project."""
    if not record.code:
        return None
    code = read_code(record.code)
    owner = context.codes_in_use.get(record.code if code is None else code.text)
    if owner is None or owner.identity == record.identity:
        return None
    return blocks("code_duplicate", "code", code=record.code if code is None else code.text, name=owner.name)


def credit_code(project: ProjectRecord, context: Context) -> Said:
    """Rule 9: form and check character of the credit code (GB 32100-2015)."""
    if not project.uscc:
        return None
    read = _read_credit_code(project.uscc)
    if read is None:
        return blocks("uscc_format", "uscc", uscc=project.uscc, length=len(CreditCode.normalise(project.uscc)))
    if read.check_fits:
        return None
    return blocks("uscc_check", "uscc", uscc=read.code.text, expected=read.code.expected_check, found=read.code.text[-1])


def organisation_code(project: ProjectRecord, context: Context) -> Said:
    """Rule 10: check character of the organisation code inside the credit code (GB 11714)."""
    if not project.uscc:
        return None
    read = _read_credit_code(project.uscc)
    if read is None or read.organisation_fits or not read.check_fits:
        return None
    return reason("organisation_code_check", "uscc", uscc=read.code.text, part=read.code.text[8:17])


_BETWEEN_PLACES = re.compile(r"[、,，;；/\s]+")


def district_known(project: ProjectRecord, context: Context) -> Said:
    """Rule 11: the division is known and was valid in the year; a retired one with a successor is read as that one, and said."""
    text, divisions = project.district, context.divisions
    if not text or divisions is None:
        return None
    found = divisions.get(text)
    if found is not None and found.valid_from is None and found.valid_to is None:
        return None
    parts = [text] if found is not None else [part for part in _BETWEEN_PLACES.split(text) if part]
    said = [_judge_division(part, divisions.get(part), context.plan_year) for part in parts]
    return tuple(finding for finding in said if finding is not None)


def _judge_division(text: str, division: DivisionRecord | None, year: int) -> Finding | None:
    if division is None:
        return blocks("district_unknown", "district", raw=text, year=year)
    if division.valid_from is not None and division.valid_from.year > year:
        return blocks("district_unknown", "district", raw=text, year=year)
    if division.valid_to is None or division.valid_to.year >= year:
        return None
    if division.successor is None:
        return blocks("district_unknown", "district", raw=text, year=year)
    return reason("district_obsolete", "district", raw=text, name=division.successor, year=year)
