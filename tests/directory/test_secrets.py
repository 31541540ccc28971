"""An address is opened by who keeps it and by whom it was shown to, for a time, one at a time, and lies in no byte of the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from repere.accounts import secret_entries
from repere.accounts.keyring import ensure_key_pair
from repere.directory import actions
from repere.directory.entry_models import Secret
from repere.directory.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.directory.entries import entry
from tests.people import Cast, Member

TOLD = {"meeting_point": "quai de la Rousserolle", "address": "7 passage Mésange", "door": "B4471"}
HIDDEN = {"structure": "Foyer Bleu", "kind": "shelter", "function": "shelter", "name": "Accueil Bleu", "tier": 2, "phone": ""}


@pytest.fixture
def kept(people: Cast) -> Any:
    made = entry(people.sonia, **HIDDEN)
    for one in (people.amina, people.ines):
        with one.acts():
            ensure_key_pair(one.organisation)
    with people.sonia.acts() as acting:
        secret_entries.keep_secret(made.pk, TOLD, acting=acting, now=timezone.now())
        actions.show_to(made.pk, people.atalante.pk, acting=acting, now=timezone.now())
    return made


def reveal(by: Member, service: Any) -> dict[str, str]:
    with by.acts() as acting:
        return secret_entries.reveal(service.pk, reason="arrivée ce soir", acting=acting, now=timezone.now())


def test_it_is_opened_by_its_holders_only(people: Cast, kept: Any) -> None:
    """Knowing that the place exists opens nothing; being shown it does; another association with everything else does not."""
    assert reveal(people.sonia, kept) == TOLD
    for member in (people.amina, people.ines):
        with pytest.raises(NotVisible):
            reveal(member, kept)
    with people.sonia.acts() as acting:
        secret_entries.disclose(kept.pk, people.atalante.pk, stage="door", acting=acting, now=timezone.now())
    assert reveal(people.amina, kept) == TOLD
    with pytest.raises(NotVisible):
        reveal(people.ines, kept)
    with people.sonia.acts() as acting:
        secret_entries.take_back(kept.pk, people.atalante.pk, acting=acting, now=timezone.now())
    with pytest.raises(NotVisible):
        reveal(people.amina, kept)


def test_after_72_hours_the_database_shows_it_no_more(people: Cast, kept: Any) -> None:
    """By its own clock, whatever the application thinks the time is."""
    with people.sonia.acts() as acting:
        past = timezone.now() - timedelta(hours=73)
        secret_entries.disclose(kept.pk, people.atalante.pk, stage="door", acting=acting, now=past)
    with pytest.raises(NotVisible):
        reveal(people.amina, kept)
    with people.amina.acts():
        assert not Secret.objects.exists()


def test_who_looked_is_kept_and_no_word_of_it_is(people: Cast, kept: Any) -> None:
    reveal(people.sonia, kept)
    with people.sonia.acts(), connection.cursor() as cursor:
        assert Entry.objects.filter(act="reveal_secret", actor_id=people.sonia.user.pk).count() == 1
        cursor.execute("SELECT blob FROM directory_secret")
        stored = b"".join(bytes(row[0]) for row in cursor.fetchall())
        cursor.execute("SELECT body FROM ledger_entry")
        stored += b"".join(bytes(row[0]) for row in cursor.fetchall())
    assert stored
    for word in ("Mésange", "B4471", "Rousserolle"):
        assert word.encode() not in stored
    with people.sonia.acts() as acting, pytest.raises(Refused):
        secret_entries.reveal(kept.pk, reason=" ", acting=acting, now=timezone.now())


def test_a_box_moved_to_another_entry_does_not_open(people: Cast, kept: Any) -> None:
    other = entry(people.sonia, **HIDDEN | {"name": "Accueil Vert"})
    with people.sonia.acts():
        [held] = Secret.objects.filter(service=kept)
        Secret.objects.create(service=other, holder=people.boussole, blob=held.blob, given_at=timezone.now())
    with pytest.raises(Exception, match="does not open"):
        reveal(people.sonia, other)


def test_it_is_told_step_by_step(people: Cast, kept: Any) -> None:
    """Whoever brings her knows where she is met before the address, and how the door opens last: a false applicant gets no further."""

    def told_at(stage: str) -> dict[str, str]:
        with people.sonia.acts() as acting:
            secret_entries.disclose(kept.pk, people.atalante.pk, stage=stage, acting=acting, now=timezone.now())
        return reveal(people.amina, kept)

    assert set(told_at("meeting")) == {"meeting_point"}
    assert set(told_at("address")) == {"meeting_point", "address"}
    assert told_at("door") == TOLD
    assert set(told_at("meeting")) == {"meeting_point"}, "a shorter step takes the longer one back"
    with people.sonia.acts() as acting:
        assert [(one.organisation, one.stage) for one in secret_entries.disclosed(kept.pk, acting=acting, now=timezone.now())] == [
            ("Atalante", "meeting")
        ]


def test_only_whom_it_was_shown_to_is_told_and_hiding_it_again_closes_it(people: Cast, kept: Any) -> None:
    with people.sonia.acts() as acting, pytest.raises(Refused) as refused:
        secret_entries.disclose(kept.pk, people.ines.organisation.pk, stage="meeting", acting=acting, now=timezone.now())
    assert refused.value.code == "show_first"
    with people.sonia.acts() as acting:
        secret_entries.disclose(kept.pk, people.atalante.pk, stage="door", acting=acting, now=timezone.now())
        secret_entries.hide_from(kept.pk, people.atalante.pk, acting=acting, now=timezone.now())
    with pytest.raises(NotVisible):
        reveal(people.amina, kept)
    with people.amina.acts():
        assert not Secret.objects.exists()


def test_what_stands_in_lists_keeps_no_address(people: Cast) -> None:
    """Otherwise one click on the wrong tier would put a name beside a closed address."""
    listed = entry(people.sonia, **HIDDEN | {"tier": 1})
    with people.sonia.acts() as acting, pytest.raises(Refused) as refused:
        secret_entries.keep_secret(listed.pk, TOLD, acting=acting, now=timezone.now())
    assert refused.value.code == "listed_entry"
