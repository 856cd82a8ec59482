"""The one exception of the child process. Pure."""

from __future__ import annotations


class Unfit(Exception):
    """The bytes can't be taken. `code` is a key of `refusals.SENTENCES`; only the parent turns it into words."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
