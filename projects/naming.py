"""How names of projects are told apart. Pure.

一期 and 二期, 东段 and 西段 are different projects and stay different; brackets, spaces, quotation marks and width are not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Marks before a name (★▲●) are explained in a note and are not part of it.
_NOT_NAME = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\ufeff《》<>“”\"'‘’「」★☆▲△●○◆◇■□*※·]+")


@lru_cache(maxsize=16384)
def name_key(name: str) -> str:
    """The form in which two spellings of one name are equal: NFKC, no spaces, quotation marks or marks, one kind of bracket."""
    return _NOT_NAME.sub("", unicodedata.normalize("NFKC", name)).replace("[", "(").replace("]", ")").replace("【", "(").replace("】", ")").casefold()


_BRACKETS = ("()", "（）", "〔〕", "[]", "［］", "【】", "〖〗", "{}")
_TO_ROUND = str.maketrans({bracket: round_ for pair in _BRACKETS for bracket, round_ in zip(pair, "()", strict=True)})


def spellings(text: str) -> tuple[str, ...]:
    """A text that is looked for, in each way its brackets may have been written: 〔2020〕, (2020), （2020）, [2020]; itself first."""
    plain = unicodedata.normalize("NFKC", text).translate(_TO_ROUND)
    return tuple(dict.fromkeys((text, plain, *(plain.translate(str.maketrans("()", pair)) for pair in _BRACKETS))))


_NUMBERED = re.compile(r"(.{2,20})\((20\d{2})\)([1-9]\d{0,4})号")


def _plain_number(text: str) -> str:
    """Round brackets, no blanks, no zeros before the serial number, 号 at the end."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).translate(_TO_ROUND)
    return re.sub(r"\)第?0*(\d+)号?$", r")\1号", plain)


def document_key(text: str) -> str:
    """The form in which two writings of one document number are equal: 发改投资〔2020〕12号, 发改投资[2020]第012号."""
    return _plain_number(text).casefold()


def document_number(text: str) -> str:
    """A document number as it should be written: 发改投资[2020]第012号 → 发改投资〔2020〕12号. What is none stays as it is, without outer blanks."""
    found = _NUMBERED.fullmatch(_plain_number(text))
    return f"{found[1]}〔{found[2]}〕{found[3]}号" if found else text.strip()
