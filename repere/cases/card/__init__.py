"""The rights card: what is open to her today, on paper, in her words. It carries nothing that names, numbers or places her."""

from repere.cases.card.content import CardRight, rights_for_card
from repere.cases.card.paper import FILE_NAME, article, make_pdf

__all__ = ["FILE_NAME", "CardRight", "article", "make_pdf", "rights_for_card"]
