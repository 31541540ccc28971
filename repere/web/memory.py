"""What a page process loads once and keeps: read before the first request, and left alone by the collector of memory.

The collector goes through every object it knows to find those that nobody holds. Half a million of ours are there for good (rules,
templates, classes): passing over them again and again made one page in a hundred wait for a fifth of a second.
"""

from __future__ import annotations

import gc

from django.template.loader import get_template

from repere.cases import mechanisms
from repere.core.rulebook.graph import compile_graph

PAGES = ("cases/worklist.html", "cases/case.html", "cases/search.html", "cases/fact_form.html", "accounts/login.html")


def keep_what_stays() -> None:
    """Load what every page reads, then take all that is there out of the collector's way."""
    compile_graph(mechanisms.for_jurisdiction("FR"))
    for page in PAGES:
        get_template(page)
    gc.collect()
    gc.freeze()
