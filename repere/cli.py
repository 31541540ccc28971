"""The command `repere`. Its verbs stand in `repere/commands/`, one module per subject.

A module there may hold `register(cli: click.Group) -> None`, which adds its commands; Django is set up and the database runs by then.
"""

import os
import sys

import click
import django

from repere import commands
from repere.web import disk, embedded, messages
from repere.web.home import CannotRun, home, is_new, settle

# These work on files alone and start no database.
WITHOUT_DATABASE = {"mechanism", "replay", "stop", "place", "simulate"}
SERVING = {"serve", "worker", "check"}
# What may still be typed on a nearly full disk: what reads, what serves (it closes by itself what writes), what makes room, and
# what an emergency or a rescue needs. Every other command is refused before it writes half of something.
ON_A_FULL_DISK = {
    "backup", "check", "directory coverage", "emergency-sheets", "erasure", "explain", "export", "extract", "keys new-root",
    "keys paper-kit", "keys restore-root", "keys status", "ledger check-key", "ledger head", "ledger public-key", "ledger restore-key",
    "ledger retain", "ledger seal", "ledger verify", "ledger witness", "organisation", "policy", "retention", "run", "serve", "worker",
} | WITHOUT_DATABASE  # fmt: skip

FIRST_START = (
    "Première mise en route : base de données, tables et, pour une démonstration, personnes inventées. Comptez deux minutes.\n"
    "First start: database, tables and, for a demonstration, invented persons. It takes about two minutes."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Repère: find, protect and accompany victims of human trafficking."""


def main() -> None:
    words = sys.argv[1:]
    verb = next((word for word in words if not word.startswith("-")), "")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repere.web.settings")
    if verb == "worker":
        os.environ["REPERE_ROLE"] = "worker"
    if verb == "serve" and "--public" in words:
        os.environ["REPERE_ROLE"] = "public"
    if verb == "serve":
        os.environ["REPERE_POOL"] = "1"
    try:
        _wake(verb, words)
        cli()
    except CannotRun as error:
        raise SystemExit(str(error)) from None


def _wake(verb: str, words: list[str]) -> None:
    """Before Django reads its settings: which kind of installation this is, and a running database."""
    wants_help = not verb or "--help" in words or "-h" in words
    if not wants_help:
        _compile_words()
    if not wants_help and verb not in WITHOUT_DATABASE:
        if verb == "run" and is_new():
            click.echo(FIRST_START)
        settle(wants_empty="--empty" in words or verb == "found", may_choose=verb in ("run", "demo", "found"))
        embedded.ensure(provision=verb not in SERVING)
    django.setup()
    if not wants_help:
        refuse_on_a_full_disk(words)
    for module in commands.modules(verb):
        if hasattr(module, "register"):
            module.register(cli)


def _compile_words() -> None:
    """After a clone or a pull the words on screen are those of the code."""
    for path in messages.compile_old():
        click.echo(
            f"Attention : les pages seront en partie en anglais, {path} n'a pas pu être compilé (dossier fermé à l'écriture).\n"
            f"Warning: pages will be partly in English, {path} could not be compiled (its folder may not be written in).",
            err=True,
        )


def refuse_on_a_full_disk(words: list[str]) -> None:
    """Below the floor nothing new is taken, from a page or from a terminal. Raises CannotRun, in both languages."""
    named = [word for word in words if not word.startswith("-")]
    if {" ".join(named[:1]), " ".join(named[:2])} & ON_A_FULL_DISK or not disk.is_nearly_full():
        return
    free, floor = disk.free_bytes() >> 20, disk.floor_bytes() >> 20
    raise CannotRun(
        f"Le disque de {home()} est presque plein ({free} Mo libres, plancher {floor} Mo) : rien de nouveau n'est écrit. "
        "Faites de la place, puis recommencez. Sauvegarder, lire, vérifier et imprimer les fiches d'urgence restent possibles.\n"
        f"The disk of {home()} is nearly full ({free} MB free, floor {floor} MB): nothing new is written. "
        "Make room, then type it again. Backing up, reading, verifying and printing emergency sheets still work."
    )


if __name__ == "__main__":
    main()
