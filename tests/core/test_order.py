"""One more value at the end, as numpy gives it."""

from __future__ import annotations

import numpy as np
import pytest

from repere.core.dates import FAR
from repere.core.rulebook.order import ended


@pytest.mark.parametrize("values", [[], [3], [3, -1, 2]])
@pytest.mark.parametrize(("kind", "last"), [(np.int8, 2), (np.int32, FAR), (np.int64, -1)])
def test_a_last_value_is_added_in_the_type_of_the_others(values: list[int], kind: type, last: int) -> None:
    given = np.array(values, kind)
    longer = ended(given, last)
    assert longer.tolist() == np.append(given, kind(last)).tolist()
    assert longer.dtype == kind
    assert given.tolist() == values
