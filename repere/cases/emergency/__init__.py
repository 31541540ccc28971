"""Emergency sheets: on paper, kept by the organisation, for the hours in which files are closed. Code and safety instructions only."""

from repere.cases.emergency.paper import make_pdf
from repere.cases.emergency.sheets import Sheet, print_sheets

__all__ = ["Sheet", "make_pdf", "print_sheets"]
