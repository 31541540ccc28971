"""A person sealed anew, and names found while the key of the index is being replaced."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection

from repere.accounts import keyring
from repere.accounts.acting import acting_as
from repere.accounts.keys import rotation
from repere.accounts.owner import as_owner, erasing, keeping_keys
from repere.cases import actions, sealed
from repere.cases.actions import rekeying
from repere.cases.actions.drafts import read_draft
from repere.cases.actions.reader_names import keep_reader_name
from repere.cases.models import Case, Draft, Fact, Grant, ReaderName, SealedRecord
from repere.cases.queries.search import find_cases
from repere.core.sealing import SealBroken, key_version
from tests.cases.story import ALL_GROUPS, NOW, concern, facts, grant, record
from tests.dying import killed_at
from tests.people import Cast, Member

KILLS = range(1, 50, 1) if os.environ.get("REPERE_THOROUGH") else (2, 13, 21, 34)


@pytest.fixture
def her(committing_db: str, people: Cast) -> Case:
    """Zorah Exemple: a name, a story in a sealed field, shared with Boussole and Sirius."""
    case = concern(people.amina.actor)
    actions.set_identity(
        case.person_id, tier="identity", values={"given_names": "Zorah", "family_names": "Exemple"}, acting=people.amina.actor, now=NOW
    )
    stay = record(case, people.amina.actor, "stay_started")
    actions.withdraw_fact(stay, why="Mauvais dossier", key=uuid4(), acting=people.amina.actor, now=NOW)
    for receiver in (people.boussole, people.ines.organisation):
        grant(case, people.amina.actor, receiver, [*ALL_GROUPS, "identity"])
    return case


def name_read_by(member: Member, case: Case) -> object:
    with member.acts():
        newest = SealedRecord.objects.visible_to(member.actor).filter(person=case.person_id).get()
        ring = sealed.KeyRing(keyring.person_key(case.person_id, member.organisation))
        return sealed.open_record(ring, newest)["given_names"]


def why_read_by(member: Member, case: Case) -> object:
    [withdrawal] = [fact for fact in facts(case, member.actor) if fact.sealed]
    with member.acts():
        return sealed.open_fields(sealed.KeyRing(keyring.person_key(case.person_id, member.organisation)), withdrawal)["why"]


def revoke(case: Case, people: Cast) -> bytes:
    """End the access of Boussole; returns the key that Boussole held until then."""
    with people.bruno.acts():
        held = keyring.person_key(case.person_id, people.boussole)
    with people.amina.acts() as actor:
        running = Grant.objects.visible_to(actor).get(case=case, organisation=people.boussole)
    actions.end_grant(running, acting=people.amina.actor, now=datetime.now(UTC))
    return held


def rekey() -> None:
    with as_owner():
        for person_id, organisation_id in rekeying.persons_to_rekey():
            assert rekeying.rekey_person(person_id, organisation_id) is not None


def test_a_key_once_shared_opens_nothing_after_the_share_was_taken_back(her: Case, people: Cast) -> None:
    """Whoever copied her key while the access ran reads nothing of what lies in the database now."""
    copied = revoke(her, people)
    rekey()
    assert name_read_by(people.amina, her) == "Zorah"
    assert why_read_by(people.amina, her) == "Mauvais dossier"
    assert name_read_by(people.ines, her) == "Zorah"
    with people.amina.acts() as actor:
        blob = bytes(SealedRecord.objects.visible_to(actor).get(person=her.person_id).blob)
        row = SealedRecord.objects.visible_to(actor).get(person=her.person_id)
    assert key_version(blob) == 2
    with pytest.raises(SealBroken):
        sealed.open_record(sealed.KeyRing(keyring.PersonKey(copied, 2)), row)
    with people.bruno.acts(), pytest.raises(keyring.NoKey):
        keyring.person_key(her.person_id, people.boussole)


@pytest.mark.parametrize("at", KILLS)
def test_sealing_anew_killed_anywhere_leaves_her_whole(her: Case, people: Cast, at: int) -> None:
    """Either wholly under the old key or wholly under the new one."""
    revoke(her, people)
    killed_at(at, rekey)
    assert name_read_by(people.amina, her) == "Zorah"
    assert why_read_by(people.ines, her) == "Mauvais dossier"
    rekey()
    with as_owner():
        assert rekeying.persons_to_rekey() == []
    assert name_read_by(people.amina, her) == "Zorah"
    assert why_read_by(people.ines, her) == "Mauvais dossier"


def test_only_she_is_sealed_anew(her: Case, people: Cast) -> None:
    """Other persons of the same organisation stay under their own key: theirs, what was shared of theirs, and what is sealed there."""
    other = concern(people.amina.actor)
    actions.set_identity(other.person_id, tier="identity", values={"given_names": "Imani"}, acting=people.amina.actor, now=NOW)
    grant(other, people.amina.actor, people.boussole, [*ALL_GROUPS, "identity"])
    actions.withdraw_fact(record(other, people.amina.actor, "stay_started"), why="Doublon", key=uuid4(), acting=people.amina.actor, now=NOW)
    revoke(her, people)
    rekey()
    with as_owner():
        assert rekeying.persons_to_rekey() == []
    assert (name_read_by(people.amina, her), name_read_by(people.ines, her)) == ("Zorah", "Zorah")
    assert (name_read_by(people.amina, other), name_read_by(people.bruno, other)) == ("Imani", "Imani")
    assert why_read_by(people.amina, other) == "Doublon"


def test_a_wrap_without_an_access_gets_no_new_key(her: Case, people: Cast) -> None:
    """Planted by somebody who never received her file, it goes; so does what stood in the place of the true request."""
    revoke(her, people)
    with as_owner(), keeping_keys(rotation.KEEPER), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys.person_key_wrap (id, person_id, organisation_id, version, wrapped, created_at)"
            " VALUES (gen_random_uuid(), %s, %s, 1, '\\x00', now())", [her.person_id, people.prefecture.pk],
        )  # fmt: skip
        cursor.execute("UPDATE keys.person_key_rotation SET organisation_id = %s", [people.prefecture.pk])
    rekey()
    with as_owner():
        assert rekeying.persons_to_rekey() == []
    with people.pascal.acts(), pytest.raises(keyring.NoKey):
        keyring.person_key(her.person_id, people.prefecture)
    assert (name_read_by(people.amina, her), name_read_by(people.ines, her)) == ("Zorah", "Zorah")
    with people.amina.acts():
        assert keyring.person_key(her.person_id, people.atalante).version == 2


def test_what_is_written_afterwards_is_under_the_new_key(her: Case, people: Cast) -> None:
    """New facts, new names and new shares go on as if nothing had been."""
    revoke(her, people)
    rekey()
    actions.withdraw_fact(record(her, people.amina.actor, "stay_started"), why="Doublon", key=uuid4(), acting=people.amina.actor, now=NOW)
    grant(her, people.amina.actor, people.boussole, [*ALL_GROUPS, "identity"])
    assert name_read_by(people.bruno, her) == "Zorah"
    with people.amina.acts() as actor:
        packed = [bytes(fact.sealed) for fact in Fact.objects.visible_to(actor).filter(case=her) if fact.sealed]
    assert [key_version(one[one[0] + 5 :]) for one in packed] == [2, 2]


def test_a_damaged_capsule_stops_it_before_anything_changes(her: Case, people: Cast) -> None:
    """Nothing is lost by trying."""
    revoke(her, people)
    with as_owner(), erasing(her.person_id, rotation.KEEPER), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_sealedrecord SET blob = overlay(blob placing '\\x00'::bytea from 60)")
        assert cursor.rowcount == 1
    with as_owner(), pytest.raises(SealBroken):
        rekeying.rekey_person(her.person_id, people.atalante.pk)
    assert why_read_by(people.amina, her) == "Mauvais dossier"
    with as_owner():
        assert len(rekeying.persons_to_rekey()) == 1


def test_sealing_anew_gives_way_to_whoever_is_writing(her: Case, people: Cast) -> None:
    """Somebody who read her key a moment ago may still seal something with it: the rotation comes back later."""
    revoke(her, people)
    with people.amina.acts():
        keyring.person_key(her.person_id, people.atalante)
        assert not killed_at(10_000, lambda: _rekeying_gives_way(her.person_id, people.atalante.pk))
    rekey()
    assert name_read_by(people.amina, her) == "Zorah"


def _rekeying_gives_way(person_id: UUID, organisation_id: UUID) -> None:
    with as_owner():
        assert rekeying.rekey_person(person_id, organisation_id) is None


@pytest.mark.django_db
def test_every_column_of_sealed_bytes_is_declared(people: Cast) -> None:
    """A column that nobody declared would be left behind under a key that is gone: the rotation refuses to begin."""
    rekeying._refuse_undeclared()
    with connection.cursor() as cursor:
        cursor.execute(rekeying.BYTES)
        assert {(t, c) for t, c, _ in rekeying.UNDER_HER_KEY} | rekeying.OTHER_BYTES == set(cursor.fetchall())


# ---- names and drafts


def codes_found(member: Member, text: str) -> list[str]:
    with member.acts() as actor:
        return [line.code for line in find_cases(actor, text, now=NOW)]


def rotate_index(people: Cast) -> bool:
    with as_owner():
        rotation.begin_index(people.atalante.pk)
        rekeying.refill_tokens(people.atalante.pk, rekeying.persons_with_old_tokens(people.atalante.pk))
        return rotation.end_index(people.atalante.pk, tokens_under_old=lambda number: rekeying.tokens_under_old(people.atalante.pk, number))


@pytest.mark.parametrize("at", KILLS)
def test_a_name_is_found_before_during_and_after_its_index_key_is_replaced(her: Case, people: Cast, at: int) -> None:
    """Nobody is missed because a key was being replaced, even when that was killed half way."""
    other = concern(people.amina.actor)
    actions.set_identity(other.person_id, tier="identity", values={"given_names": "Imani"}, acting=people.amina.actor, now=NOW)
    killed_at(at, lambda: rotate_index(people))
    for case, name in ((her, "Exemple Zorah"), (other, "imani")):
        assert codes_found(people.amina, name) == [case.code]
    assert rotate_index(people)
    with as_owner():
        assert rekeying.persons_with_old_tokens(people.atalante.pk) == []
    for case, name in ((her, "Exemple Zorah"), (other, "imani"), (her, her.pseudonym)):
        assert codes_found(people.amina, name) == [case.code]
    assert codes_found(people.ines, "imani") == []


def namesakes(member: Member, case: Case) -> bool:
    """Whether a token of the member meets one of the person, seen past row-level security as the job would."""
    with as_owner(), keeping_keys(rotation.keeper_of(member.organisation.pk)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM cases_readername r JOIN cases_nametoken t ON t.token = r.token AND t.organisation_id ="
            " r.organisation_id WHERE r.user_id = %s AND t.person_id = %s)",
            [member.user.pk, case.person_id],
        )
        [found] = cursor.fetchone()
    return bool(found)


def test_a_namesake_is_noticed_before_during_and_after_the_index_key_is_replaced(her: Case, people: Cast) -> None:
    """Odile Exemple opens the file of Zorah Exemple: the alert needs no new sign-in."""
    keep_reader_name(people.odile.actor)
    assert namesakes(people.odile, her)
    with as_owner():
        rotation.begin_index(people.atalante.pk)
        assert rekeying.refill_reader_names(people.atalante.pk) >= 2
    assert namesakes(people.odile, her), "half way, under the old key"
    assert rotate_index(people)
    assert namesakes(people.odile, her), "tokens of both keys stand until the last step"
    with as_owner():
        rekeying.refill_reader_names(people.atalante.pk)
    assert namesakes(people.odile, her)
    other = concern(people.amina.actor)
    actions.set_identity(other.person_id, tier="identity", values={"family_names": "Tramontane"}, acting=people.amina.actor, now=NOW)
    assert not namesakes(people.odile, other)
    with people.amina.acts() as actor:
        assert ReaderName.objects.visible_to(actor).filter(user=people.odile.user).count() == 1, "nothing is left of the old key"
    with people.bruno.acts() as actor:
        assert not ReaderName.objects.visible_to(actor).exists()


def test_a_draft_outlives_the_key_it_was_closed_with(her: Case, people: Cast) -> None:
    """A form half filled on Friday is still there on Monday."""
    mine = actions.save_draft(form="fact", case=her, body={"why": "à finir"}, acting=people.amina.actor, now=NOW)
    with as_owner():
        rotation.begin_organisation(people.atalante.pk)
    assert _read(mine, people.amina) == {"why": "à finir"}
    with as_owner():
        rotation.rewrap_persons(people.atalante.pk)
        left = lambda: rekeying.drafts_under_old(people.atalante.pk)  # noqa: E731
        assert not rotation.end_organisation(people.atalante.pk, drafts_under_old=left)
        assert rekeying.reseal_drafts(people.atalante.pk) == 1
        assert rotation.end_organisation(people.atalante.pk, drafts_under_old=left)
    assert _read(mine, people.amina) == {"why": "à finir"}


def _read(draft: Draft, member: Member) -> object:
    with acting_as(member.actor):
        return read_draft(Draft.objects.visible_to(member.actor).get(pk=draft.pk), acting=member.actor)
