"""A member's own family name as blind tokens, so that the job can tell namesakes without reading any name."""

from __future__ import annotations

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import index_keys
from repere.cases.actions.names import family_tokens
from repere.cases.models import ReaderName


def keep_reader_name(acting: Actor) -> int:
    """Every word of her name but the first, under each index key in use. Changes nothing when they stand already.

    No row of the ledger: it derives what the account says already, and says nothing about anybody else.
    """
    if acting.user_id is None or acting.organisation_id is None:
        return 0
    family = family_words(acting.label)
    with acting_as(acting):
        wanted = {token for key in index_keys(acting.organisation_id).values() for token in family_tokens(key, family)}
        mine = ReaderName.objects.visible_to(acting).filter(user=acting.user_id)
        standing = {bytes(token) for token in mine.values_list("token", flat=True)}
        if wanted == standing:
            return 0
        with acting_as(Actor.system("names", organisation_id=acting.organisation_id)) as house:
            ReaderName.objects.visible_to(house).filter(user=acting.user_id).exclude(token__in=wanted).delete()
            # Two pages that she opens at once both write it: the second finds it there.
            ReaderName.objects.bulk_create(
                (ReaderName(organisation_id=acting.organisation_id, user_id=acting.user_id, token=token) for token in sorted(wanted)),
                ignore_conflicts=True,
            )
    return len(wanted)


def family_words(name: str) -> str:
    """Every word of a member's name but the first."""
    return " ".join(name.split()[1:])
