"""What the log keeps of an answer that was a refusal: who asked for what stands there, where in our code it was refused does not."""

from __future__ import annotations

import logging

_OURS = 500  # from here on it is a fault of ours, and the trace is wanted


class AnswersAlone(logging.Filter):
    """Takes the trace off an answer such as 403 or 404: somebody was told no, nothing broke."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and status < _OURS:
            record.exc_info = record.exc_text = None
        return True
