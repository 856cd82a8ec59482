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


class UnseenError(MovedError):
    """Nobody looked at what would be done."""

    def __init__(self) -> None:
        super().__init__(
            "unseen",
            "请先查看会发生的变化再确认，没有写入任何内容。下面是现在会发生的变化。",
            "Look at what would change before you confirm it; nothing was written. What would change now is shown below.",
        )
