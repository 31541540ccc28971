"""The rule book: law and protocol as data, read, evaluated and explained."""

from repere.core.rulebook.comparison import Difference, Impact, difference, impact, says_the_same, shared_rules
from repere.core.rulebook.errors import FactRefused, Fault, Refusal, RuleBookError
from repere.core.rulebook.evaluation import Evaluation, Finding, evaluate, evaluate_many
from repere.core.rulebook.loading import content_of, from_content, load, stacks
from repere.core.rulebook.model import DUE_DAY_OVER, MISSING, Fact, FactKind, FieldKind, Mechanism, Rule
from repere.core.rulebook.reasons import Step, explain, outline
from repere.core.rulebook.screening import DimensionResult, screen
from repere.core.rulebook.validation import BASES, check_fact, codes_of, may_record, may_state
from repere.core.rulebook.wording import Wording

__all__ = [
    "BASES",
    "DUE_DAY_OVER",
    "MISSING",
    "Difference",
    "DimensionResult",
    "Evaluation",
    "Fact",
    "FactKind",
    "FactRefused",
    "Fault",
    "FieldKind",
    "Finding",
    "Impact",
    "Mechanism",
    "Refusal",
    "Rule",
    "RuleBookError",
    "Step",
    "Wording",
    "check_fact",
    "codes_of",
    "content_of",
    "difference",
    "evaluate",
    "evaluate_many",
    "explain",
    "from_content",
    "impact",
    "load",
    "may_record",
    "may_state",
    "outline",
    "says_the_same",
    "screen",
    "shared_rules",
    "stacks",
]  # fmt: skip
