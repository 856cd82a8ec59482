"""What a text may hold: what one cell of a table takes, at every form and body."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.texts import LONGEST, TextField, TextFits, say_what_text_fits, units


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_counted_as_excel_counts(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("text", ["", "一\t二\r\n三", "x" * LONGEST, "\U0001f600" * (LONGEST // 2)])
def test_what_fits(text: str) -> None:
    TextFits()(text)


@pytest.mark.parametrize(
    ("text", "most", "told"),
    [
        ("x" * (LONGEST + 1), None, "读到 32,768 个字符，应不超过 32,767 个"),
        ("\U0001f600" * 16_384, None, "读到 32,768 个字符，应不超过 32,767 个"),
        ("路" * 301, 300, "读到 301 个字符，应不超过 300 个"),
        ("路基\x01\x0b", 300, "第 3 个字符是控制字符（U+0001），共 2 个"),
        ("\x00", None, "第 1 个字符是控制字符（U+0000），共 1 个"),
        ("一\ufffe", None, "U+FFFE"),
    ],
)
def test_what_does_not_fit_is_told_with_what_was_read(text: str, most: int | None, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TextFits(most)(text)
    assert told in caught.value.messages[0]


def test_a_field_says_it_once_and_keeps_its_length() -> None:
    field = say_what_text_fits(TextField(max_length=5))
    with pytest.raises(ValidationError) as caught:
        field.clean("一二三四五六")
    assert caught.value.messages == ["读到 6 个字符，应不超过 5 个；请删减，或分几处填写"]
    assert field.clean(" 一二三四五 ") == "一二三四五"


def test_what_is_no_text_is_left_alone() -> None:
    assert say_what_text_fits(forms.JSONField()).clean('{"a": 1}') == {"a": 1}
