"""English is whole: every string of the source is in the catalogue, translated, and the compiled file is that of the text."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from django.utils.translation import gettext as translate
from django.utils.translation import override

CATALOGUE = Path(__file__).resolve().parent.parent / "locale/en/LC_MESSAGES/django"


def entries() -> list[tuple[str, str]]:
    text = CATALOGUE.with_suffix(".po").read_text(encoding="utf-8")
    return re.findall(r'^msgid "(.+)"\n(?:msgid_plural .*\n)?msgstr(?:\[0\])? "(.*)"', text, re.M)


def test_nothing_is_untranslated_or_doubtful() -> None:
    assert [source for source, english in entries() if not english] == []
    assert "#, fuzzy" not in CATALOGUE.with_suffix(".po").read_text(encoding="utf-8")


def test_placeholders_survive() -> None:
    marks = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    assert [source for source, english in entries() if set(marks.findall(english)) - set(marks.findall(source))] == []


def test_compiled_catalogue_is_the_text() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    plain = [(source, english) for source, english in entries() if "\\" not in source + english and "%" not in source]
    # A word may stand for several things, each with a context of its own.
    text = CATALOGUE.with_suffix(".po").read_text(encoding="utf-8")
    contexts = [*set(re.findall(r'^msgctxt "(.+)"', text, re.M))]
    wrong = [
        source
        for source, english in plain
        if english not in {compiled.gettext(source), *(compiled.pgettext(context, source) for context in contexts)}
    ]
    assert wrong == []
    assert len(plain) > 300


def test_pages_speak_english_when_asked() -> None:
    with override("en"):
        assert translate("总览") != "总览"
