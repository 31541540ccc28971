"""The verbs of the command line, one module per subject; `repere/cli.py` says what a module may hold."""

import pkgutil
from importlib import import_module
from types import ModuleType


def modules() -> list[ModuleType]:
    """Every module beside this one. They are imported when asked for, once Django is set up."""
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
