"""The answers to what an upload's page asks about headings; afterwards the file is checked again from the stored bytes."""

from __future__ import annotations

from typing import Any

from django import forms

from exchange.forms import ReasonForm
from exchange.models import Upload
from exchange.services.faults import StateError
from exchange.services.mappings import answer
from exchange.tasks import check_upload
from exchange.views.verbs import Verb


def no_longer_asked(upload: Upload) -> StateError:
    state = upload.get_state_display()
    return StateError("state", f"该上传当前为“{state}”，不再询问标题。", f"This upload is {upload.state}; its headings are no longer asked.")


class AnswersForm(ReasonForm):
    """Pairs of `heading` and `field`, as often as there are questions; a blank field leaves the question open."""

    whole_city = forms.BooleanField(required=False)

    def pairs(self) -> list[tuple[str, str]]:
        given = self.data
        listed = [given.getlist(name) if hasattr(given, "getlist") else [given.get(name)] for name in ("heading", "field")]
        return [(str(heading), str(field)) for heading, field in zip(*listed, strict=False) if heading and field]


class AnswerColumns(Verb):
    """POST the answers; the file is checked again at once, or in the background where it is large."""

    event = "columns"
    anchor = "findings"
    form_class = AnswersForm

    def carry_out(self, upload: Upload, given: dict[str, Any]) -> Upload:
        if upload.state != Upload.State.CHECKED:
            raise no_longer_asked(upload)
        form = AnswersForm(self.request.POST)
        answer(upload, form.pairs(), actor=self.request.user, whole_city=given["whole_city"] or upload.unit_id is None)
        check_upload(upload, actor=self.request.user)
        return upload
