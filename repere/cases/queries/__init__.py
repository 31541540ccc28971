"""What one page reads, as one call. Every answer is a dataclass: no template ever asks the database."""

from repere.cases.queries.case_page import (
    AccessLine,
    Answer,
    CasePage,
    DraftLine,
    DutyLine,
    SafeContact,
    TimelineEntry,
    Who,
    case_page,
)
from repere.cases.queries.filling import revision_seen
from repere.cases.queries.identity import IdentityPage, identity_of, identity_page
from repere.cases.queries.notices import NoticeLine, notices
from repere.cases.queries.rights import FindingLine, Level, SourceLine
from repere.cases.queries.rule_page import Comparison, Difference, ExampleLine, ParameterLine, RulePage, VersionLine, comparison, rule_page
from repere.cases.queries.search import CaseLine, find_cases, near_cases
from repere.cases.queries.wording import Ask
from repere.cases.queries.worklist import TABS, NewLine, RoleCount, TaskLine, Worklist, worklist

__all__ = [
    "TABS", "AccessLine", "Answer", "Ask", "CaseLine", "CasePage", "Comparison", "Difference", "DraftLine", "DutyLine", "ExampleLine",
    "FindingLine", "IdentityPage", "Level", "NewLine", "NoticeLine", "ParameterLine", "RoleCount", "RulePage", "SafeContact",
    "SourceLine", "TaskLine", "TimelineEntry", "VersionLine", "Who", "Worklist", "case_page", "comparison", "find_cases",
    "identity_of", "identity_page", "near_cases", "notices", "revision_seen", "rule_page", "worklist",
]  # fmt: skip
