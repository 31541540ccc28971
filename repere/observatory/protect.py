"""Small numbers are not shown: a count of one to four may be somebody.

First the small cells, then one more where a single hidden cell could be found by subtraction; and no totals beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 5
HIDDEN = -1


def protected(table: Sequence[Sequence[int]] | NDArray[np.int64], threshold: int = THRESHOLD) -> NDArray[np.int64]:
    """Rows of counts with every row hidden that holds a small count, or a small difference between two of its counts.

    Where a single row is hidden, the next smallest goes too: a known sum would give it back.
    """
    rows = np.array(table, np.int64)
    if rows.size == 0:
        return rows
    hidden = np.array([_tells_too_much(row, threshold) for row in rows])
    if hidden.sum() == 1 and (~hidden).sum() > 0:
        shown = np.flatnonzero(~hidden & (rows[:, 0] > 0))
        if len(shown):
            hidden[shown[np.argmin(rows[shown, 0])]] = True
    rows[hidden] = HIDDEN
    return rows


def _tells_too_much(row: NDArray[np.int64], threshold: int) -> bool:
    values = [int(value) for value in row]
    differences = [abs(a - b) for i, a in enumerate(values) for b in values[i + 1 :]]
    return any(0 < value < threshold for value in values + differences)


def shown(count: int) -> str:
    """A count as text; a hidden one as a dot."""
    return "·" if count == HIDDEN else str(count)
