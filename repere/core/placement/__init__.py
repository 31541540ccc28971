"""The daily proposal: which waiting household could have which place, all looked at together. Advice; a person decides."""

from repere.core.placement.instance import ContradictoryInstance, Household, Instance, Limit, Urgency, read_instance
from repere.core.placement.proposal import Line, Proposal, propose, reasons

__all__ = ["ContradictoryInstance", "Household", "Instance", "Limit", "Line", "Proposal", "Urgency", "propose", "read_instance", "reasons"]
