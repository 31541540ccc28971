"""Which modules a verb loads: declared, so that `repere ledger verify` does not load what draws charts."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from repere import commands


def test_every_verb_is_declared_with_the_modules_that_hold_it() -> None:
    everything = _registered("")
    assert set(everything.commands) == set(commands.SUBJECTS)
    for verb, whole in everything.commands.items():
        alone = _registered(verb).commands[verb]
        assert alone is whole, verb
        if isinstance(alone, click.Group):
            assert alone.commands, verb


def _registered(verb: str) -> click.Group:
    cli = click.Group()
    for module in commands.modules(verb):
        if hasattr(module, "register"):
            module.register(cli)
    return cli


@pytest.mark.parametrize("verb", ["ledger", "worker", "keys"])
def test_a_verb_loads_nothing_that_draws_or_reads_workbooks(verb: str) -> None:
    """In a process of its own, as it is typed."""
    asked = "import sys; from repere.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    asked += "print(sorted({'matplotlib', 'openpyxl', 'repere.demo.filling'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked, verb, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]"), done.stdout[-200:]


def test_the_verbs_of_export_stand_beside_each_other() -> None:
    """They are spread over two modules."""
    export = _registered("export").commands["export"]
    assert isinstance(export, click.Group)
    assert {"htcds", "trace"} <= set(export.commands)
