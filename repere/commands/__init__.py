"""The verbs of the command line, one module per subject; `repere/cli.py` says what a module may hold."""

import pkgutil
from importlib import import_module
from types import ModuleType

SUBJECTS = {
    "backup": ("backup",), "restore": ("backup",), "restore-check": ("backup",), "demo": ("demo",), "directory": ("directory",),
    "emergency-sheets": ("emergency",), "erasure": ("erasure",), "import": ("exchange",), "export": ("exchange", "export"),
    "explain": ("explaining",), "keys": ("keys",), "ledger": ("ledger",), "mechanism": ("mechanism",), "organisation": ("organisations",),
    "place": ("places",), "simulate": ("places",), "policy": ("policy",), "replay": ("replay",), "extract": ("replay",),
    "retention": ("retention",),
} | dict.fromkeys(("run", "migrate", "check", "found", "worker", "serve", "stop"), ("running",))  # fmt: skip
"""Which modules hold a verb: the others, and what they draw with and compute with, are not loaded for it."""


def modules(verb: str = "") -> list[ModuleType]:
    """The modules of a verb; of an unknown one, or of none, every module beside this one. Imported here, once Django is set up."""
    names = SUBJECTS.get(verb) or [found.name for found in pkgutil.iter_modules(__path__)]
    return [import_module(f"{__name__}.{name}") for name in names]
