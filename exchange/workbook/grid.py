"""Where every format puts its rows: counts them, leaves out what lies far away, and passes them on in frames. Pure but for its spool."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.workbook.faults import Unfit
from exchange.workbook.frames import Plain, SpoolWriter, pack
from exchange.workbook.limits import Limits

_FRAME_BYTES = 256 * 1024
_FRAME_ROWS = 2_000
_COMMENT_CHARS = 2_000
_BLANK_ROW = pack([])
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384

Run = tuple[int, int]  # first and last, both included


def letters(column: int) -> str:
    """Excel's name of a column counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


class Runs:
    """Numbers kept as runs, so that a column of 100,000 marked cells takes no room."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def add(self, first: int, last: int) -> None:
        if self.runs and self.runs[-1][0] <= first <= self.runs[-1][1] + 1:
            self.runs[-1] = (self.runs[-1][0], max(self.runs[-1][1], last))
        else:
            self.runs.append((first, last))


class Budget:
    """Cells of the whole book."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._cells = 0

    def spend(self, cells: int) -> None:
        self._cells += cells
        if self._cells > self.limits.cells:
            raise Unfit("too_many_cells", limit=self.limits.cells)


class Grid:
    """One sheet on its way out. Rows come in rising order; a row is the list of its values from column A."""

    def __init__(self, name: str | None, state: str, spool: SpoolWriter, budget: Budget) -> None:
        self.name = name
        self.state = state
        self.merges: list[tuple[int, int, int, int]] = []
        self.hidden_rows = Runs()
        self.hidden_columns = Runs()
        self.comments: dict[tuple[int, int], str] = {}
        self._percent: dict[int, Runs] = {}
        self._percent_runs = 0
        self._spool = spool
        self._budget = budget
        self._limits = budget.limits
        self._frames: list[tuple[int, int]] = []
        self._rows: list[bytes] = []
        self._lengths: list[int] = []
        self._special: list[int] = []
        self._held = self._cells = 0
        self._stray: list[tuple[int, int]] = []
        self._seen_row = 0  # the last row given, blank or not
        self._last_row = 0  # the last row that holds a value

    @property
    def label(self) -> str:
        """The name shown in messages."""
        return self.name or "CSV"

    def row(self, number: int, values: list[Plain], percent: Sequence[int] = ()) -> None:
        """Take row `number`. `percent` names the columns (from 0) shown as percentages."""
        if not self._seen_row < number <= _LAST_ROW:
            raise Unfit("row_disorder", sheet=self.label, row=number)
        self._seen_row = number
        if len(values) > self._limits.columns:
            self._cut(number, values)
        while values and values[-1] is None:
            values.pop()
        if not values:
            return
        if number - self._last_row > self._limits.gap_rows:
            self._leave_out(number, [index for index, value in enumerate(values) if value is not None])
            return
        self._keep(number, values)
        for index in percent:
            if index < len(values) and type(values[index]) in (int, float):
                self._mark_percent(number, index + 1)

    def _keep(self, number: int, values: list[Plain]) -> None:
        if number > self._limits.rows:
            raise Unfit("too_many_rows", sheet=self.label, limit=self._limits.rows)
        for _ in range(self._last_row + 1, number):
            self._rows.append(_BLANK_ROW)
            self._lengths.append(len(_BLANK_ROW))
        self._last_row = number
        if tuple in map(type, values):
            self._special.append(len(self._rows))
        packed = pack(values)
        self._rows.append(packed)
        self._lengths.append(len(packed))
        self._held += len(packed)
        self._cells += len(values)
        if self._held > _FRAME_BYTES or len(self._rows) > _FRAME_ROWS:
            self._flush()

    def _mark_percent(self, row: int, column: int) -> None:
        runs = self._percent.get(column)
        if runs is None:
            runs = self._percent[column] = Runs()
        if runs.runs and runs.runs[-1][1] == row - 1:
            runs.runs[-1] = (runs.runs[-1][0], row)
            return
        self._percent_runs += 1
        if self._percent_runs > self._limits.percent_runs:
            raise Unfit("too_large")
        runs.runs.append((row, row))

    def _flush(self) -> None:
        if self._held > self._limits.record_chars:
            raise Unfit("too_large")
        self._budget.spend(self._cells)
        self._frames.append(self._spool.frame(self._lengths, self._special, self._rows))
        self._rows, self._lengths, self._special = [], [], []
        self._held = self._cells = 0

    def _cut(self, number: int, values: list[Plain]) -> None:
        """Leave out what stands right of the last column allowed: a slip of the hand, or no table at all."""
        limit = self._limits.columns
        far = [index for index in range(limit, len(values)) if values[index] is not None]
        del values[limit:]
        if len(self._stray) + len(far) > self._limits.stray_cells or (far and far[-1] >= _LAST_COLUMN):
            raise Unfit("too_many_columns", sheet=self.label, limit=limit)
        self._leave_out(number, far)

    def _leave_out(self, number: int, indexes: Sequence[int]) -> None:
        self._stray.extend((number, index + 1) for index in indexes)
        if len(self._stray) > self._limits.stray_cells:
            row, column = self._stray[0]
            raise Unfit("scattered", sheet=self.label, cell=f"{letters(column)}{row}")

    def comment(self, row: int, column: int, text: str) -> None:
        if text and len(self.comments) < self._limits.comments:
            self.comments[row, column] = text[:_COMMENT_CHARS]

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """A merged block is four numbers, however large it is."""
        if top == bottom and left == right:
            return
        if len(self.merges) >= self._limits.merges:
            raise Unfit("too_large")
        self.merges.append((top, left, bottom, right))

    def finish(self) -> dict[str, object]:
        """Write the last rows; answer what is known of the sheet, as plain values."""
        if self._rows:
            self._flush()
        return {
            "name": self.name,
            "state": self.state,
            "frames": self._frames,
            "merges": self.merges,
            "hidden_rows": [(first, min(last, self._last_row)) for first, last in self.hidden_rows.runs if first <= self._last_row],
            "hidden_columns": [(first, min(last, _LAST_COLUMN)) for first, last in self.hidden_columns.runs if first <= _LAST_COLUMN],
            "percent": {column: runs.runs for column, runs in self._percent.items()},
            "comments": self.comments,
            "stray": self._stray,
        }
