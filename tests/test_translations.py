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


def test_templates_hold_no_bare_chinese_word_or_mark() -> None:
    """What stands between the tags of a template is printed in every language; 中文 alone names itself."""
    kept = re.compile(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|切换为中文|中文", re.S)
    root = CATALOGUE.parents[3] / "templates"
    found = {
        path.name: re.findall(r"[\u3000-\u303f\u4e00-\u9fff，；：（）！？].*", kept.sub("", path.read_text(encoding="utf-8")))
        for path in root.rglob("*.html")
    }
    assert {name: bare for name, bare in found.items() if bare} == {}
    assert len(found) > 50
