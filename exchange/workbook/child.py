"""The child process: reads one file from its standard input and writes what it holds to its standard output.

It limits itself before it looks at the first byte, opens nothing and starts nothing. Whatever goes wrong inside becomes a code
in the header; what it can't say itself (killed, out of memory, out of time) its parent sees from the way it ended.
"""

from __future__ import annotations

import gc
import mmap
import os
import resource
import sys
from collections.abc import Mapping
from typing import Final

from exchange.workbook.books import read_any
from exchange.workbook.faults import Unfit
from exchange.workbook.frames import SpoolWriter
from exchange.workbook.limits import Limits

_DESCRIPTORS: Final = 16
_LAST_WORDS: Final = 64 * 1024 * 1024  # room for the last frame and the header


def confine(limits: Limits, size: int) -> None:
    """Give up what reading does not need."""
    seconds = int(limits.processor_seconds(size)) + 1
    for what, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits.spool_bytes + _LAST_WORDS),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        resource.setrlimit(what, (bound, bound))


def answer(limits: Limits, spool: SpoolWriter) -> Mapping[str, object]:
    """Read the file on standard input; the header to write."""
    try:
        size = os.fstat(0).st_size
        confine(limits, size)
        if not size:
            raise Unfit("empty")
        return read_any(mmap.mmap(0, 0, access=mmap.ACCESS_READ), spool, limits)
    except Unfit as fault:
        return {"fault": fault.code, "params": fault.params}
    except MemoryError:
        return {"fault": "too_large", "params": {}}
    except Exception as error:
        code = "too_large" if isinstance(error, OSError) else "damaged"
        return {"fault": code, "params": {}, "surprise": f"{type(error).__name__}: {error}"[:500]}


def main() -> None:
    gc.disable()  # a short life without cycles
    limits = Limits.from_words(sys.argv[1:])
    with os.fdopen(1, "wb", buffering=1024 * 1024) as file:
        spool = SpoolWriter(file, limits.spool_bytes)
        spool.header(answer(limits, spool))
