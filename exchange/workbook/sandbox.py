"""Starts the child, waits for it no longer than allowed, and turns every way it can end into a header or a `Refusal`."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from exchange.raw import Refusal
from exchange.workbook.faults import refusal
from exchange.workbook.frames import read_header
from exchange.workbook.limits import MEGABYTE, Limits

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]

# The child is an isolated interpreter without site packages. It gets the two packages as bare folders, so that none of
# what they import for their other users is loaded: this halves the time of a small file.
_START = """
import sys, types
for name in ("exchange", "exchange.workbook"):
    sys.modules[name] = module = types.ModuleType(name)
    module.__path__ = [sys.argv[1] + "/" + name.replace(".", "/")]
del sys.argv[1]
from exchange.workbook.child import main
main()
"""
_SHOWN = 2_000  # characters of the child's last words kept in the log


@contextmanager
def read_in_child(data: bytes | Path, limits: Limits) -> Iterator[tuple[Mapping[str, object], BinaryIO]]:
    """The header of the book and the open spool with its rows. Both files vanish with the block; neither ever has a name."""
    with _opened(data, limits) as source, tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as complaints:
        size = source.seek(0, 2)
        source.seek(0)
        status = _run(source, spool, complaints, limits, limits.processor_seconds(size) + limits.grace_seconds)
        header = read_header(spool) if status == 0 else None
        if header is None:
            raise _dead(status, complaints)
        if "fault" in header:
            raise _faulty(header)
        yield header, spool


@contextmanager
def _opened(data: bytes | Path, limits: Limits) -> Iterator[BinaryIO]:
    """The file to read, of a size that may be read."""
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > limits.file_bytes:
        raise refusal("file_too_large", {"size": -(-size // MEGABYTE), "limit": limits.file_bytes // MEGABYTE})
    if isinstance(data, Path):
        with data.open("rb") as file:
            yield file
    else:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            yield file


def _run(source: BinaryIO, spool: BinaryIO, complaints: BinaryIO, limits: Limits, seconds: float) -> int:
    """Run the child to its end, by force if need be; its exit status."""
    command = [sys.executable, "-I", "-S", "-c", _START, str(_ROOT), *map(str, limits.as_plain())]
    with subprocess.Popen(command, stdin=source, stdout=spool, stderr=complaints, cwd="/", env={}, start_new_session=True) as child:
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            return -signal.SIGXCPU
        finally:
            if child.returncode is None:
                child.kill()
                child.wait()


def _dead(status: int, complaints: BinaryIO) -> Refusal:
    complaints.seek(0)
    logger.error("workbook child ended with status %d: %s", status, complaints.read(_SHOWN).decode("utf-8", "replace"))
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return refusal("took_too_long")
    return refusal("damaged")


def _faulty(header: Mapping[str, object]) -> Refusal:
    params = header.get("params")
    if "surprise" in header:
        logger.warning("workbook child was surprised: %s", header["surprise"])
    return refusal(str(header["fault"]), params if isinstance(params, dict) else None)
