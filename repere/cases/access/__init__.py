"""Who may see what: role × relation × purpose, declared as data (`repere/cases/policy/policy.yaml`).

A `Reach` says in whose hands a row lies. From it and from the policy come the condition of every query (`.visible_to(actor)`),
the policies of row-level security (the second lock), and the table of database rights. In words:

- a file and what lies in it: the organisation that opened it, each member through a relation (team, assigned, urgent), and
  whoever holds a running access, within its data groups and its purpose;
- a view, its findings and its tasks: the organisation whose view it is, as long as it may see the case with those groups;
- nobody who has a conflict of interest about it; an administrator of accounts nothing, but by urgency.

Jobs. The worker's own connection (`ACTING_JOB`: no page can claim it) acting for an organisation sees the views, findings and
tasks of that organisation even where the grant has ended, to close them; facts it sees only as the organisation would. Acting
for no organisation (the nightly run, the reminders) it sees rows of `View`, `Task`, `Grant`, `Reminder` and `Notice` only:
ids, codes of rules, days and zones, and sealed bytes it has no key for; never a person, a case or a fact.

A member who sees a part of a file changes answers that rest on the whole: views are judged as the role `system` for the
organisation, within the same transaction, and each member is shown what their relation opens.
"""

from repere.cases.access.conditions import condition, declare, grants_seen_by, works_on_files
from repere.cases.access.doors import (
    Standing,
    followed_cases,
    is_assigned,
    opened_by_urgency,
    standing,
    visible_case,
    visible_case_by_id,
    visible_case_with_standing,
    visible_fact,
    visible_grant,
    visible_person,
    visible_task,
)
from repere.cases.access.policies import declared_policies, policies, protect_table, protect_tables, restate
from repere.cases.access.reach import GRANTS, REACH, Reach

__all__ = [
    "GRANTS", "REACH", "Reach", "Standing", "condition", "declare", "declared_policies", "followed_cases", "grants_seen_by",
    "is_assigned",
    "opened_by_urgency", "policies", "protect_table", "protect_tables", "restate", "standing", "visible_case", "visible_case_by_id",
    "visible_case_with_standing", "visible_fact", "visible_grant", "visible_person", "visible_task", "works_on_files",
]  # fmt: skip
