"""Why an upload can't go on: each with a sentence in Chinese and English for the person at the page or the shell."""

from __future__ import annotations


class UploadError(Exception):
    """The root of what an upload's verbs refuse. Nothing was changed."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code = code
        self.zh = zh
        self.en = en


class NotAllowedError(UploadError):
    """The person may not do this, here."""


class StateError(UploadError):
    """The upload is not in a state that allows this."""


class MovedError(UploadError):
    """Rows were changed by somebody else since the check."""
