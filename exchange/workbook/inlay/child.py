"""The child that marks a copy by changing only what a mark needs. Standard library alone; runs under the limits of `exchange.workbook.child`.

The order comes first on standard input (8 bytes of length, JSON), then the file; the marked file goes to standard output.
"""

from __future__ import annotations

import sys

from exchange.workbook.child import confine
from exchange.workbook.inlay import inlay
from exchange.workbook.limits import Limits
from exchange.workbook.orders import parted


def main() -> None:
    given = sys.stdin.buffer.read()
    confine(Limits.from_words(sys.argv[1:]), len(given))
    order, data = parted(given)
    sys.stdout.buffer.write(inlay(data, order))
