"""`python -m tests.matrix`: run the matrix alone and print how many cells there are. Options are pytest's."""

from __future__ import annotations

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["tests/matrix", "-q", *sys.argv[1:]]))
