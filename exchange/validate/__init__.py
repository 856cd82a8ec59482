"""What a workbook gets wrong beyond single cells: arithmetic of a row, doubles, values out of line with their column. Pure.

`validated_rows(reading)` gives the rows of a reading while checking them; when it is used up, `reading.findings` is complete.
"""

from exchange.validate.checks import validated_rows
from exchange.validate.fold import FoldedFinding, fold, ordered

__all__ = ["FoldedFinding", "fold", "ordered", "validated_rows"]
