"""What the pages under docs/ say, for the tests that hold them to it."""

from __future__ import annotations

import re
from pathlib import Path

import click

from repere import commands
from repere.cli import cli

PROJECT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"```.*?```", re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def pages() -> list[Path]:
    """Every page somebody may read, from the front door to the notices."""
    found = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "mechanism").rglob("*.md")]
    return sorted(found)


def cells(line: str) -> list[str]:
    """The cells of one line of a table."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def commands_named(text: str) -> list[str]:
    """What a reader would type: `repere …` and `make …`, in running text or in a block."""
    blocks = [line for block in CODE.findall(text) for line in block.splitlines()[1:-1]]
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    inline = INLINE.findall(CODE.sub("", text))
    typed = [re.sub(r"\s+#.*", "", line).strip().removeprefix("$ ").removeprefix(".venv/bin/") for line in [*blocks, *indented, *inline]]
    return [line for line in typed if re.match(r"(repere|make)(\s+\S|$)", line)]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def unknown_command(line: str) -> str | None:
    """What is wrong with a command as written, or nothing."""
    tool, *words = line.split()
    if tool == "make":
        missing = [word for word in words if "=" not in word and word not in make_targets()]
        return f"make has no target {missing[0]!r}" if missing else None
    return _unknown_to_cli(words)


def _unknown_to_cli(words: list[str]) -> str | None:
    for module in commands.modules():
        if hasattr(module, "register"):
            module.register(cli)
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        word = words.pop(0)
        if word not in command.commands:
            return f"repere has no command {word!r}"
        command = command.commands[word]
    options = {"--help", "-h", *(name for param in command.params for name in [*param.opts, *param.secondary_opts])}
    strange = [word for word in words if word.startswith("-") and word.strip("[]").split("=")[0] not in options]
    return f"`{command.name}` has no option {strange[0]!r}" if strange else None
