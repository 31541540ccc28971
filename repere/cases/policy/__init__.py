"""Who may do what, as data: `policy.yaml`, read strictly once per process."""

from repere.cases.policy.reading import (
    AGREED,
    GRANTED,
    PARTS,
    RELATIONS,
    SYSTEM,
    URGENT,
    WITHHELD,
    Family,
    Policy,
    Purpose,
    load_policy,
    read_policy,
)
from repere.cases.policy.table import fill_reach, policy_table, reach_problems, reach_rows

__all__ = [
    "AGREED", "GRANTED", "PARTS", "RELATIONS", "SYSTEM", "URGENT", "WITHHELD", "Family", "Policy", "Purpose", "fill_reach",
    "load_policy", "policy_table", "reach_problems", "reach_rows", "read_policy",
]  # fmt: skip
