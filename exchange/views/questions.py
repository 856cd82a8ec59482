"""What an upload's page asks about headings that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import scope
from accounts.roles import Action
from exchange.models import Upload
from exchange.parse.remembered import IGNORE
from exchange.services.mappings import Question, questions_of
from exchange.services.reading import label_of
from exchange.views.access import may_write

_SENSES = {
    "done_ytd_wan": gettext_lazy("从年初算起（本年累计完成投资）"),
    "cum_total_wan": gettext_lazy("从开工算起（自开工累计完成投资）"),
}


def questions_context(upload: Upload, user: Any) -> dict[str, Any]:
    """What the page asks, for whom it may be answered. No query."""
    is_open = upload.state == Upload.State.CHECKED
    return {
        "questions": [_shown(question) for question in questions_of(upload)] if is_open else [],
        "may_answer": is_open and may_write(user, upload, Action.UPLOAD),
        "may_answer_for_city": scope.city_wide(user, Action.UPLOAD),
    }


def _shown(question: Question) -> dict[str, Any]:
    return {
        "question": question,
        "place": f"{question.sheet.strip()}!{question.column}" if question.sheet else question.column,
        "guess_label": label_of(question.guess) if question.guess else "",
        "options": list(_options(question)),
    }


def _options(question: Question) -> Iterator[tuple[str, str]]:
    for field in question.choices:
        yield field, str(_SENSES[field]) if question.is_sense else label_of(field)
    yield IGNORE, _("不读取这一列")
