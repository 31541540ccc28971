"""The language in which a command answers: as `--lang` says, else as the terminal does."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click
from django.utils import translation

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def of_the_terminal() -> str:
    """French where the terminal speaks French (LC_ALL, LC_MESSAGES, LANG), else English."""
    told = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "fr" if told.lower().startswith("fr") else "en"


def _speak(context: click.Context, _option: click.Parameter, lang: str | None) -> None:
    if lang is not None:
        context.with_resource(translation.override(lang))


def _asked(told: str, **more: Any) -> Callable[[_Verb], _Verb]:
    languages = click.Choice(["fr", "en"])
    return click.option("--lang", type=languages, callback=_speak, expose_value=False, is_eager=True, help=told, **more)


spoken_in = _asked("Answer in French or in English.")
"""For a verb of a group that has its own `--lang`: whoever has typed the verb does not begin again."""

answers_in = _asked("Answer in French or in English (default: as LANG says).", default=of_the_terminal)
"""For a verb that stands alone: without a word, as the terminal speaks."""
