"""Readers of the three kinds of code: national project code, credit code, local numbers. Pure."""

from __future__ import annotations

import re

from exchange.cells.base import (
    CellReading,
    CellValue,
    FieldReader,
    ReadContext,
    error,
    info,
    is_empty,
    plain_text,
    said,
    shown_raw,
    warning,
    without_value,
)
from exchange.cells.dates import cached
from exchange.cells.text import as_text, clean
from exchange.raw import LongNumber, RawValue
from projects.findings import Finding
from projects.values import CreditCode, ProjectCode, normalise_code

_CANONICAL = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")
_PENDING = re.compile(r"无|暂无|没有|待定|待办|待赋码|未赋码|正在办理.*|办理中.*|申请中.*|待.{0,6}|未.{0,6}|尚未.*|暂未.*|缺|不详|/+")
_LABELLED = re.compile(r"^[\u4e00-\u9fff]{0,8}(?:代码|编码|赋码)[:：]\s*")  # 项目代码：2019-…
_SEVERAL = re.compile(r"[、;；,，\n]+|(?<=\d)\s+(?=\d{4}-)")
_EXACT_DIGITS = 10**15


def project_code_reader(field: str, context: ReadContext) -> FieldReader:
    """Make a reader of 投资项目统一代码; the form is checked, the check digit only hinted at."""
    prefix = context.reference.region_prefix

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if type(raw) is str and _CANONICAL.fullmatch(raw) and raw.startswith(prefix, 5) and raw.isascii():
            return raw if raw[2:4] > "12" else _judged(raw, raw, field, prefix)
        if is_empty(raw):
            return said(warning("code_blank", field))
        return without_value(raw, field) or _read_code(raw, field, prefix)

    return read


def _read_code(raw: RawValue, field: str, prefix: str) -> CellReading | CellValue:
    if isinstance(raw, LongNumber | float) or (isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) >= _EXACT_DIGITS):
        return said(error("code_precision_lost", field, raw=shown_raw(raw)))
    text = plain_text(raw)
    if _SCIENTIFIC.fullmatch(text):
        return said(error("code_precision_lost", field, raw=text))
    if _PENDING.fullmatch(text):
        return said(warning("code_pending", field, raw=text))
    code = normalise_code(_LABELLED.sub("", text))
    if not ProjectCode.has_shape(code):
        pieces = [normalise_code(piece) for piece in _SEVERAL.split(text) if piece.strip()]
        if len(pieces) > 1 and ProjectCode.has_shape(pieces[0]):
            return CellReading(pieces[0], (info("code_several", field, raw=shown_raw(raw)),), pieces[0])
    return _judged(code, raw, field, prefix)


def _judged(code: str, raw: RawValue, field: str, prefix: str) -> CellReading | CellValue:
    parsed = ProjectCode.parse(code)
    if not ProjectCode.has_shape(code):
        if parsed is not None and parsed.is_short:
            return CellReading(code, (info("code_short_serial", field, raw=code),))
        return CellReading(code, (error("code_format", field, code=shown_raw(raw)),))
    findings: list[Finding] = []
    if not code.startswith(prefix, 5):
        findings.append(warning("code_region", field, code=code, region=code[5:11], prefix=prefix))
    if parsed is not None and not parsed.check_digit_fits:
        findings.append(info("code_check_digit", field, code=code, found=code[-1], expected=parsed.expected_check_digit))
    if not findings and code == raw:
        return code
    return CellReading(code, tuple(findings), code if code != raw else None)


def credit_code_reader(field: str = "uscc") -> FieldReader:
    """Make a reader of 统一社会信用代码."""

    def read_once(raw: RawValue) -> CellValue | CellReading:
        if is_empty(raw):
            return said(warning("uscc_missing", field))
        closed = without_value(raw, field)
        if closed is not None:
            return closed
        if isinstance(raw, LongNumber | float):
            return said(error("uscc_format", field, uscc=shown_raw(raw), length=len(shown_raw(raw))))
        return _read_credit_code(plain_text(raw), raw, field)

    missing = said(warning("uscc_missing", field))
    known = cached(read_once)  # the same companies come again and again
    return lambda raw, percent: missing if raw is None else known(raw, percent)


def _read_credit_code(text: str, raw: RawValue, field: str) -> CellReading | CellValue:
    if _PENDING.fullmatch(text):
        return said(warning("uscc_pending", field, raw=text))
    normal = CreditCode.normalise(text)
    parsed = CreditCode.parse(normal)
    if parsed is None:
        mended = CreditCode.repair(text)
        return CellReading(normal, (error("uscc_format", field, uscc=shown_raw(raw), length=len(normal), guess=str(mended or "")),))
    if not parsed.check_fits:
        return CellReading(normal, (error("uscc_check", field, uscc=normal, found=normal[-1], expected=parsed.expected_check),))
    return normal if normal == raw else CellReading(normal, (), normal)


def local_code_reader(field: str = "local_code") -> FieldReader:
    """Make a reader of the list's own numbers. Whether a number lost its leading zeros is seen from the whole column."""

    def read(raw: RawValue, percent: bool) -> CellValue | CellReading:
        if type(raw) is str:
            if _SCIENTIFIC.fullmatch(raw.strip()):
                return said(error("code_precision_lost", field, raw=raw))
            return None if is_empty(raw) or raw.strip() in {"无", "暂无"} else clean(raw)
        if raw is None:
            return None
        closed = without_value(raw, field)
        if closed is not None:
            return closed
        if isinstance(raw, LongNumber) and not raw.text.isdigit():
            return said(error("code_precision_lost", field, raw=raw.text))
        return as_text(raw)

    return read
