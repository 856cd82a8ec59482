"""Starts the child, waits for it no longer than allowed, and turns every way it can end into a header or a `Refusal`."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from exchange.raw import Refusal
from exchange.workbook.limits import MEGABYTE, Limits
from exchange.workbook.refusals import refusal
from exchange.workbook.spool import read_header

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
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH",)  # some builds of Python don't start without it
_SHOWN = 2_000  # characters of the child's last words kept in the log


@contextmanager
def read_in_child(data: bytes | Path, limits: Limits) -> Iterator[tuple[Mapping[str, Any], BinaryIO]]:
    """The header of the book and the open spool with its rows. No file made here ever has a name; all vanish with the block."""
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > limits.file_bytes:
        raise refusal("file_too_large", {"size": -(-size // MEGABYTE), "limit": limits.file_bytes // MEGABYTE})
    with ExitStack() as files:
        try:
            source = files.enter_context(_opened(data))
            spool = files.enter_context(tempfile.TemporaryFile())
            header = _answer(source, spool, limits, limits.wall_seconds(size))
        except OSError as error:  # no room on the disk, no further process: nothing is wrong with the file
            logger.exception("workbook could not be read now")
            raise refusal("unreadable_now") from error
        yield header, spool


def _opened(data: bytes | Path) -> BinaryIO:
    if isinstance(data, Path):
        return data.open("rb")
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 -- closed by the caller's stack
    file.write(data)
    file.seek(0)
    return file


def _answer(source: BinaryIO, spool: BinaryIO, limits: Limits, seconds: float) -> Mapping[str, Any]:
    """Run the child; the header it wrote, or the refusal for the way it ended."""
    status, complaints = _run(source, spool, limits, seconds)
    header = read_header(spool) if status == 0 else None
    if header is None:
        raise _dead(status, complaints)
    if "fault" in header:
        if "surprise" in header:
            logger.warning("workbook child was surprised: %s", header["surprise"])
        raise refusal(header["fault"], header["params"])
    return header


def _run(source: BinaryIO, spool: BinaryIO, limits: Limits, seconds: float) -> tuple[int, bytes]:
    return run_child(["-S", "-c", _START], source, spool, limits, seconds)


def run_child(program: Sequence[str], source: BinaryIO, out: BinaryIO, limits: Limits, seconds: float) -> tuple[int, bytes]:
    """Run a child of ours to its end, by force if need be; its exit status and what it complained of."""
    command = [sys.executable, "-I", *program, str(_ROOT), *limits.as_words()]
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and module, no word of the user's
        command, stdin=source, stdout=out, stderr=subprocess.PIPE, cwd="/", env=environment, start_new_session=True
    ) as child:
        try:
            _, complaints = child.communicate(timeout=seconds)  # wakes at once when the child is gone, which `wait` does not
            return child.returncode, complaints
        except subprocess.TimeoutExpired:
            return -signal.SIGXCPU, b""
        finally:
            if child.returncode is None:
                child.kill()
                child.wait()


def _dead(status: int, complaints: bytes) -> Refusal:
    logger.error("workbook child ended with status %d: %s", status, complaints[-_SHOWN:].decode("utf-8", "replace"))
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return refusal("took_too_long")
    return refusal("damaged" if status < 0 else "unreadable_now")
