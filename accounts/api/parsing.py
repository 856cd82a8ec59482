"""JSON read exactly: numbers with a point as decimals, and nothing that no column could hold. What is no JSON is told by line and column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

_SHOWN = 20  # characters shown of the place that can't be read


class NoJsonError(ParseError):
    """Bytes that are no JSON, said in our own words. Said as an error of the API by `accounts.api.errors`, which stands above the parsers."""


class ExactJSONParser(JSONParser):
    """Refuses what is no JSON, and text that can't be stored: NUL, halves of surrogate pairs. A mark of UTF-8 at the start is passed over."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        text = _text_of(_read(stream))
        try:
            data = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            raise _no_json(_place(text, error)) from None
        except RecursionError:
            raise _no_json(_("数组或对象套得太深")) from None
        except ValueError as error:  # a number of thousands of digits
            raise _no_json(_("有一个数的位数太多，没有哪一列存得下")) from error
        if "\\u" in text:
            _refuse_unstorable(data)
        return data


def _read(stream: Any) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    raw: bytes = stream.read() if limit is None else stream.read(limit + 1)
    if limit is not None and len(raw) > limit:
        raise RequestDataTooBig
    return raw


def _text_of(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = _("第 %(place)s 个字节（0x%(byte)s）不是 UTF-8 编码；请把内容存为 UTF-8") % {
            "place": error.start + 1,
            "byte": f"{error.object[error.start]:02X}",
        }
        raise _no_json(words) from None


def _no_json(told: str) -> NoJsonError:
    return NoJsonError(_("内容不是正确的 JSON：%(told)s") % {"told": told})


def _place(text: str, error: json.JSONDecodeError) -> str:
    """Where it can't be read, what stands there, and what would be right there."""
    at = error.pos
    found = text[at : at + _SHOWN].split("\n")[0]
    told = {"line": error.lineno, "column": error.colno, "found": found, "right": _right(error.msg)}
    if not found:
        return _("第 %(line)s 行第 %(column)s 列已到末尾；%(right)s") % told
    return _("第 %(line)s 行第 %(column)s 列，读到“%(found)s”；%(right)s") % told


def _right(told: str) -> str:
    """What the reader of JSON says in English, in the reader's language."""
    said = {
        "Expecting value": _("此处应为一个值"),
        "Expecting property name": _("此处应为双引号里的名称"),
        "Expecting ':'": _("名称之后应为冒号"),
        "Expecting ','": _("此处应为逗号，或已该结束"),
        "Extra data": _("内容到此应已结束"),
        "Unterminated string": _("这段文字没有结束的双引号"),
        "Invalid control": _("文字里的换行、制表等须写成 \\n、\\t"),
        "Invalid \\": _("反斜杠之后的写法有误；反斜杠本身写作 \\\\"),
        "Illegal trailing comma": _("末项之后不应有逗号"),
    }
    return next((words for start, words in said.items() if told.startswith(start)), _("写法有误"))


def _refuse_constant(name: str) -> NoReturn:
    raise _no_json(_("%(name)s 不是 JSON 的数") % {"name": name})


def _refuse_unstorable(data: Any) -> None:
    told = json.dumps(data, ensure_ascii=False, default=str)
    try:
        told.encode()
    except UnicodeEncodeError:
        raise _no_json(_("文字里有半个字符（\\ud800 至 \\udfff 须成对）")) from None
    if "\\u0000" in told:
        raise _no_json(_("文字里有存不下的字符 \\u0000，请删去"))
