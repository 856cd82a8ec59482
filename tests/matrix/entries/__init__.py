"""The entries of the matrix, a module a room. Add a surface's entry to the module of its room."""

from tests.matrix.entries import accounts, api, exchange, frame, funding, odata, plans, projects, reports, shell, writing
from tests.matrix.surfaces import Page, Rows, Shell

ROWS: dict[str, Rows] = {entry.model: entry for room in (accounts, projects, funding, exchange, frame) for entry in room.ROWS}
PAGES: tuple[Page, ...] = tuple(
    entry for room in (accounts, projects, funding, exchange, reports, frame, api, odata, writing, plans) for entry in room.PAGES
)
SHELL: dict[str, Shell] = {entry.name: entry for entry in shell.COMMANDS}

__all__ = ["PAGES", "ROWS", "SHELL"]
