"""The child process: reads one file from its standard input and writes what it holds to its standard output.

It limits itself before it looks at the first byte, opens nothing and starts nothing. Whatever goes wrong inside becomes a code
in the header; what it can't say itself (killed, out of memory, out of time) its parent sees from the way it ended.
"""

from __future__ import annotations

import gc
import mmap
import os
import resource
import struct
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


def answer(data: mmap.mmap, spool: SpoolWriter, limits: Limits) -> Mapping[str, object]:
    """The header for a file: the book, or the fault it was found with."""
    try:
        return read_any(data, spool, limits)
    except Unfit as fault:
        return {"fault": fault.code, "params": fault.params}
    except (struct.error, IndexError, UnicodeError):  # a record or chain that is shorter than it says
        return {"fault": "damaged", "params": {}}
    except MemoryError:
        return {"fault": "too_large", "params": {}}
    except Exception as error:
        code = "too_large" if isinstance(error, OSError) else "damaged"
        return {"fault": code, "params": {}, "surprise": f"{type(error).__name__}: {error}"[:500]}


def answer_for_input(spool: SpoolWriter, limits: Limits) -> Mapping[str, object]:
    """The header for the file on standard input, read under the limits."""
    size = os.fstat(0).st_size
    confine(limits, size)
    if not size:
        return {"fault": "empty", "params": {}}
    try:
        data = mmap.mmap(0, 0, access=mmap.ACCESS_READ)
    except OSError:  # there is not even room for the file
        return {"fault": "too_large", "params": {}}
    return answer(data, spool, limits)


def main() -> None:
    gc.disable()  # a short life without cycles
    limits = Limits.from_words(sys.argv[1:])
    with os.fdopen(1, "wb", buffering=1024 * 1024) as file:
        spool = SpoolWriter(file, limits.spool_bytes)
        spool.header(answer_for_input(spool, limits))
