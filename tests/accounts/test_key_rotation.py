"""Replacing keys while the house goes on working: nobody becomes unreadable, whatever is killed when."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from repere.accounts import factors, keyring
from repere.accounts.actor import Actor
from repere.accounts.keys import paper, rotation
from repere.accounts.models import IndexKey, OrganisationKey, OrganisationKeyPair, PersonKeyWrap
from repere.accounts.owner import as_owner, keeping_keys
from repere.accounts.rootkey import KeyFile, Version, put_root_key, root_key
from repere.accounts.rootkey import path as root_file
from repere.commands.keys import restore_root, rotate_organisation
from repere.core.boxes import close_box
from repere.core.sealing import SealBroken, new_key
from repere.ledger.models import Entry
from tests.accounts.proving import app_code, by_password, give_app, give_password
from tests.dying import killed_at
from tests.homes import own_home
from tests.people import Cast, Member, cast

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
THOROUGH = bool(os.environ.get("REPERE_THOROUGH"))
KILLS = range(1, 60, 1) if THOROUGH else (1, 12, 27, 44)
ROOT_KILLS = range(1, 40, 1) if THOROUGH else (3, 11, 17)
FACTOR_KILLS = range(1, 120, 3) if THOROUGH else (30, 75)


@pytest.fixture
def house(committing_db: str, settings, tmp_path) -> Cast:
    """The cast beside a root key file of its own, in a database where commits are real."""
    own_home(settings, tmp_path / "home")
    return cast()


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "ROWS_AT_ONCE", 3)


def people_of(member: Member, count: int) -> dict[UUID, bytes]:
    with member.acts():
        return dict(keyring.new_person_keys([uuid4() for _ in range(count)], member.organisation))


def readable(member: Member, keys: dict[UUID, bytes]) -> bool:
    with member.acts():
        return keyring.person_keys(keys, member.organisation) == keys


def rotate(member: Member) -> None:
    with as_owner():
        rotation.begin_organisation(member.organisation.pk)
        rotation.rewrap_persons(member.organisation.pk)
        assert rotation.end_organisation(member.organisation.pk, drafts_under_old=lambda: 0)


def versions(member: Member) -> set[int]:
    with as_owner(), keeping_keys(Actor.system("test")):
        kept = set(OrganisationKey.objects.filter(organisation=member.organisation).values_list("version", flat=True))
        used = set(PersonKeyWrap.objects.filter(organisation=member.organisation).values_list("version", flat=True))
    assert used <= kept
    return kept


def test_an_organisation_key_is_replaced_and_the_old_one_goes(house: Cast) -> None:
    """Every person stays readable, under the new key alone; the other organisation keeps its own."""
    keys, others = people_of(house.amina, 7), people_of(house.bruno, 2)
    before = keyring_of(house.amina)
    rotate(house.amina)
    assert readable(house.amina, keys)
    assert readable(house.bruno, others)
    assert versions(house.amina) == {2}
    assert versions(house.bruno) == {1}
    assert keyring_of(house.amina) != before


def keyring_of(member: Member) -> bytes:
    with member.acts():
        return keyring.ensure_organisation_key(member.organisation)


@pytest.mark.parametrize("at", KILLS)
def test_a_rotation_killed_anywhere_goes_on(house: Cast, few_rows: None, at: int) -> None:
    """In the meantime everybody is readable; afterwards nobody stands under the old key."""
    keys = people_of(house.amina, 10)
    assert killed_at(at, lambda: rotate(house.amina)) or at > 40
    assert readable(house.amina, keys)
    with as_owner():
        rotation.rewrap_persons(house.amina.organisation.pk)
    if len(versions(house.amina)) == 1 and versions(house.amina) == {1}:
        rotate(house.amina)
    else:
        with as_owner():
            assert rotation.end_organisation(house.amina.organisation.pk, drafts_under_old=lambda: 0)
    assert versions(house.amina) == {2}
    assert readable(house.amina, keys)


def test_a_begun_rotation_is_finished_before_another_begins(house: Cast) -> None:
    """Two impatient administrators do not make three keys."""
    people_of(house.amina, 1)
    with as_owner():
        assert rotation.begin_organisation(house.atalante.pk)
        assert not rotation.begin_organisation(house.atalante.pk)
    assert versions(house.amina) == {1, 2}


def test_persons_opened_in_between_are_under_the_new_key(house: Cast) -> None:
    """Work does not stop for a rotation."""
    people_of(house.amina, 2)
    with as_owner():
        rotation.begin_organisation(house.atalante.pk)
    fresh = people_of(house.amina, 1)
    with house.amina.acts():
        assert set(PersonKeyWrap.objects.filter(person_id__in=fresh).values_list("version", flat=True)) == {2}
        keyring.share_person_key(next(iter(fresh)), house.atalante, house.boussole)
    with as_owner():
        rotation.rewrap_persons(house.atalante.pk)
        assert rotation.end_organisation(house.atalante.pk, drafts_under_old=lambda: 0)
    assert readable(house.amina, fresh)
    assert readable(house.bruno, fresh)


def test_a_damaged_wrap_stops_no_rotation(house: Cast, few_rows: None) -> None:
    """Everybody else goes on; who was left is named, the command ends with 1, and the version that may still open her is kept."""
    keys = people_of(house.amina, 7)
    damaged = sorted(keys)[2]
    _damage(damaged)
    for _ in range(2):
        run = CliRunner().invoke(rotate_organisation, [str(house.atalante.name)])
        assert run.exit_code == 1
        assert [line.split(":")[0] for line in run.output.splitlines() if "does not open" in line] == [f"person {damaged}"]
    assert versions(house.amina) == {1, 2}
    assert readable(house.amina, {person: key for person, key in keys.items() if person != damaged})
    with as_owner(), keeping_keys(Actor.system("test")):
        assert list(PersonKeyWrap.objects.filter(version=1).values_list("person_id", flat=True)) == [damaged]
        told = [json.loads(bytes(entry.body))["detail"] for entry in Entry.objects.filter(act="rewrap_persons").order_by("position")]
    assert sum(detail["persons"] for detail in told) == 6
    assert sum(detail.get("left", 0) for detail in told) == 2


def test_a_damaged_pair_stops_no_rotation(house: Cast) -> None:
    """What was closed for the organisation by others waits for the backup; its persons do not."""
    keys = people_of(house.amina, 2)
    with house.amina.acts():
        keyring.ensure_key_pair(house.atalante)
    with as_owner(), keeping_keys(Actor.system("test")):
        pair = OrganisationKeyPair.objects.get(organisation=house.atalante)
        pair.wrapped = bytes(pair.wrapped)[:-1] + bytes([bytes(pair.wrapped)[-1] ^ 1])
        pair.save()
    run = CliRunner().invoke(rotate_organisation, [str(house.atalante.name)])
    assert run.exit_code == 1
    assert f"key pair {pair.version}: " in run.output
    assert readable(house.amina, keys)
    assert versions(house.amina) == {1, 2}


def _damage(person: UUID) -> None:
    with as_owner(), keeping_keys(Actor.system("test")):
        row = PersonKeyWrap.objects.get(person_id=person)
        row.wrapped = bytes(row.wrapped)[:-1] + bytes([bytes(row.wrapped)[-1] ^ 1])
        row.save()


def test_an_old_version_stays_while_a_draft_needs_it(house: Cast) -> None:
    """A key that still closes something is not dropped."""
    with as_owner():
        rotation.begin_organisation(house.atalante.pk)
        rotation.rewrap_persons(house.atalante.pk)
        assert not rotation.end_organisation(house.atalante.pk, drafts_under_old=lambda: 1)
    assert versions(house.amina) == {1, 2}


def test_an_old_version_stays_while_a_transaction_that_read_it_is_open(house: Cast) -> None:
    """Somebody opening a file at this very moment may still wrap her key with it."""
    with as_owner():
        rotation.begin_organisation(house.atalante.pk)
    with house.amina.acts():
        keyring.ensure_organisation_key(house.atalante)
        ended = killed_at(10_000, lambda: _end_or_fail(house))
    assert not ended
    assert versions(house.amina) == {1, 2}


def _end_or_fail(house: Cast) -> None:
    with as_owner():
        assert not rotation.end_organisation(house.atalante.pk, drafts_under_old=lambda: 0)


def test_name_tokens_outlive_the_key_of_the_organisation(house: Cast) -> None:
    """A search by name finds the same files the day after: the index has a key of its own."""
    with house.amina.acts():
        before = keyring.index_keys(house.atalante)
    rotate(house.amina)
    with house.amina.acts():
        assert keyring.index_keys(house.atalante) == before
    rotate(house.amina)
    with house.amina.acts():
        assert keyring.index_keys(house.atalante) == before
    with house.ines.acts():
        assert not IndexKey.objects.filter(organisation=house.atalante).exists()


# ---- the root


def test_the_root_key_is_replaced(house: Cast) -> None:
    """Every organisation key is wrapped anew and opens; the retired version stays for the backups of the last thirty days."""
    keys = people_of(house.amina, 2)
    with as_owner():
        assert rotation.begin_root(now=NOW)
        assert rotation.rewrap_under_root() == 5
        assert not rotation.forget_old_roots(on=NOW.date() + timedelta(days=30))
        assert rotation.forget_old_roots(on=NOW.date() + timedelta(days=31)) == [1]
        assert rotation.status().under_older_root == 0
    assert readable(house.amina, keys)
    assert [version.number for version in held().versions] == [2]


def held() -> KeyFile:
    found = root_key()
    assert isinstance(found, KeyFile)
    return found


@pytest.mark.parametrize("at", ROOT_KILLS)
def test_a_root_rotation_killed_anywhere_goes_on(house: Cast, few_rows: None, at: int) -> None:
    """Between two halves both versions of the root open; nothing is dropped that still closes something."""
    keys = people_of(house.amina, 2)
    assert killed_at(at, _rotate_root) or at > 20
    assert readable(house.amina, keys)
    with as_owner():
        if held().present.number == 1:
            assert rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()
        assert rotation.status().under_older_root == 0
    assert held().present.number == 2
    assert readable(house.amina, keys)


def _rotate_root() -> None:
    with as_owner():
        rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()


def rotate_root_and_forget() -> None:
    with as_owner():
        rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()
        rotation.rewrap_sign_in_secrets()
        rotation.forget_old_roots(on=NOW.date() + timedelta(days=31))


def test_who_signs_in_by_a_code_still_does_without_the_old_root(house: Cast) -> None:
    """A rotation that left the secrets of signing in behind would shut people out the day the old root is dropped."""
    give_password(house.amina.user)
    secret, codes = give_app(house.amina.user, datetime.now(UTC) - timedelta(minutes=5))
    with as_owner():
        rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()
        assert rotation.status().secrets_waiting == 3, "the app, the recovery codes and the key of her password"
        assert rotation.forget_old_roots(on=NOW.date() + timedelta(days=31)) == [], "something is still closed by it"
    rotate_root_and_forget()
    assert [version.number for version in held().versions] == [2]
    client = by_password(house.amina.user)
    client.post(reverse("accounts:second_step"), {"code": app_code(secret, datetime.now(UTC))})
    assert client.get(reverse("cases:worklist")).status_code == 200
    factors.use_recovery_code(house.amina.user, codes[0], now=datetime.now(UTC))


@pytest.mark.parametrize("at", FACTOR_KILLS)
def test_a_rotation_killed_among_the_secrets_of_signing_in_goes_on(house: Cast, at: int) -> None:
    """Killed at any statement and begun again, it shuts nobody out and makes no third root."""
    apps = {member: give_app(member.user, NOW) for member in (house.amina, house.bruno)}
    with as_owner():
        rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()
    killed_at(at, _rewrap_secrets)
    with as_owner():
        waiting = rotation.status().secrets_waiting
        assert waiting == 0 or not rotation.begin_root(now=NOW)
    rotate_root_and_forget() if waiting else _rewrap_secrets()
    with as_owner():
        assert rotation.status().secrets_waiting == 0
    for member, (_secret, codes) in apps.items():
        factors.use_recovery_code(member.user, codes[0], now=NOW)


def _rewrap_secrets() -> None:
    with as_owner():
        rotation.rewrap_sign_in_secrets()


def test_a_secret_that_does_not_open_stops_no_rotation(house: Cast) -> None:
    """One damaged account is named for a reset; everybody else goes on, and the old root can be dropped."""
    give_app(house.amina.user, NOW)
    _secret, codes = give_app(house.bruno.user, NOW)
    with factors._of(house.amina.user):
        for factor in factors.Authenticator.objects.filter(user=house.amina.user):
            factor.data = {name: "bm90aGluZw==.bm90aGluZw==" if isinstance(value, str) else value for name, value in factor.data.items()}
            factor.save()
    rotate_root_and_forget()
    with as_owner():
        assert rotation.status().secrets_broken == (house.amina.user.email,)
    assert [version.number for version in held().versions] == [2]
    factors.use_recovery_code(house.bruno.user, codes[0], now=NOW)


def test_a_root_rotation_is_finished_before_another_begins(house: Cast) -> None:
    """Running the command again does not retire a key that is still in use."""
    with as_owner():
        assert rotation.begin_root(now=NOW)
        assert not rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()
        assert rotation.begin_root(now=NOW)
    assert [version.number for version in held().versions] == [3, 2, 1]


def test_a_retired_root_still_opens_what_it_closed(house: Cast) -> None:
    """A backup from before the rotation can be read."""
    aad = ("a", "place")
    key = new_key()
    blob = root_key().wrap(key, aad=aad)
    held().rotate(on=date(2026, 6, 15))
    assert root_key().unwrap(blob, aad=aad) == key
    assert not root_key().is_present(blob)
    held().forget({1})
    with pytest.raises(SealBroken):
        root_key().unwrap(blob, aad=aad)


def test_a_second_root_key_never_replaces_the_first(house: Cast) -> None:
    """Restoring the wrong key beside data would lock everything."""
    with pytest.raises(FileExistsError):
        put_root_key(new_key())


def test_a_root_key_is_not_shown_by_accident(house: Cast) -> None:
    """An error page or a log prints no key."""
    assert held().present.key.hex() not in repr(held()) + repr(Version(1, b"x" * 32))
    assert repr(Version(1, b"x" * 32)) == "Version(1, …)"


def test_sheets_of_a_later_root_give_it_back_under_its_own_number(house: Cast, tmp_path) -> None:
    """After a rotation nobody remembers the number of the key on the sheets: the data tells it."""
    keys = people_of(house.amina, 1)
    with as_owner():
        rotation.begin_root(now=NOW)
        rotation.rewrap_under_root()
    (tmp_path / "sheets").write_text("\n".join(paper.split(held().present.key).sheets[1:4]))
    (tmp_path / "others").write_text("\n".join(paper.split(new_key()).sheets[:3]))
    root_file().unlink()
    refused = CliRunner().invoke(restore_root, ["--sheets", str(tmp_path / "others")])
    assert refused.exit_code == 1
    assert "sheets of another root key" in str(refused.exception)
    assert not root_file().exists()
    assert CliRunner().invoke(restore_root, ["--sheets", str(tmp_path / "sheets")]).exit_code == 0
    assert held().present.number == 2
    assert readable(house.amina, keys)


# ---- pairs


def test_a_box_opens_for_its_receiver_also_after_a_rotation(house: Cast) -> None:
    """What was closed for Boussole last month is opened by Boussole, and by nobody else."""
    with house.bruno.acts():
        keyring.ensure_key_pair(house.boussole)
    with house.amina.acts():
        box = close_box(keyring.public_key(house.boussole), b"a list", aad=("export", "1"))
        with pytest.raises(keyring.NoKey):
            keyring.public_key(house.police)
    rotate(house.bruno)
    with house.bruno.acts():
        assert keyring.open_for(house.boussole, box, aad=("export", "1")) == b"a list"
        with pytest.raises(SealBroken):
            keyring.open_for(house.boussole, box, aad=("export", "2"))
    with house.ines.acts():
        keyring.ensure_key_pair(house.ines.organisation)
        with pytest.raises(SealBroken):
            keyring.open_for(house.ines.organisation, box, aad=("export", "1"))


def test_every_step_is_in_the_ledger_with_its_count(house: Cast, few_rows: None) -> None:
    """Who reads the ledger sees that keys were replaced, when, and how many; never a key."""
    people_of(house.amina, 4)
    rotate(house.amina)
    with house.amina.acts():
        rows = Entry.objects.filter(actor_id=None, organisation_id=house.atalante.pk).order_by("position")
        acts = list(rows.values_list("act", flat=True))
    assert acts[-4:] == ["begin_organisation_rotation", "rewrap_persons", "rewrap_persons", "end_organisation_rotation"]


def test_pages_cannot_change_a_wrapped_key(house: Cast) -> None:
    """Neither an UPDATE nor the owner's setting helps the role of the pages."""
    people_of(house.amina, 1)
    with house.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('repere.work', 'keys', true)")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE keys.person_key_wrap SET wrapped = ''")
    with house.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('repere.work', 'keys', true), set_config('repere.erased', %s, true)", [str(uuid4())])
        cursor.execute("SELECT count(*) FROM keys.person_key_wrap WHERE organisation_id <> %s", [house.atalante.pk])
        assert cursor.fetchone() == (0,)


def test_the_owner_sees_no_key_without_saying_what_for(house: Cast) -> None:
    """Row-level security binds the owner of the tables too."""
    people_of(house.amina, 1)
    with as_owner(), transaction.atomic():
        assert PersonKeyWrap.objects.count() == 0
