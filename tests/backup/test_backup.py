"""A backup that this machine cannot read, and a restore that proves itself: rows, ledger, a person opened, nobody back from the dead."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections
from psycopg import sql

from repere.accounts.owner import as_owner
from repere.accounts.rootkey import KeyFile, put_root_key, root_key
from repere.cases import actions as cases
from repere.cases import told, tombstones
from repere.cases.actions import erasure
from repere.cases.models import Case, Person
from repere.core.sealing import new_key
from repere.ledger import sealing, signing, verifying
from repere.ledger.heads import SignedHead
from repere.web import checks, database
from repere.web.backups import checking, dumping, restoring, tools
from repere.web.backups.tools import BackupRefused, Manifest
from repere.web.home import CannotRun
from tests.cases.story import NOW, concern, grant, record
from tests.homes import own_home
from tests.people import Cast, cast

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)


@dataclass
class House:
    """An installation with a little life in it, and where its backups go."""

    people: Cast
    name: str
    to: Path
    keys: Path
    identity: Path
    recipient: str
    her: Case
    signer: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def trusted(self) -> signing.PublicKeys:
        return signing.public_keys_of(self.signer)

    def seal(self) -> list[SignedHead]:
        with tools.connect("sealer", self.name) as sealer:
            sealer.autocommit = True
            return list(sealing.seal_all(sealer, self.signer))

    def rehearse(self, made: dumping.Made, heads: Sequence[SignedHead] = ()) -> checking.Checked:
        return checking.check_restore(self.look(made), trusted=self.trusted, heads=heads)

    def back_up(self, at: datetime = AT) -> dumping.Made:
        return dumping.make_backup(to=self.to, keys_to=self.keys, recipient=self.recipient, now=at)

    def untold(self) -> list[str]:
        acts = told.Told()
        with tools.connect("sealer", self.name) as sealer:
            verifying.verify(sealer, keys=self.trusted, on_row=acts.hear)
        with tools.connect("backup", self.name) as reader:
            return list(told.untold(reader, acts, 10))

    def look(self, made: dumping.Made, identity: Path | None = None) -> restoring.Source:
        return restoring.look_at(made.folder, keys_folder=self.keys, identity=identity or self.identity)


@pytest.fixture
def house(committing_db: str, settings, tmp_path, monkeypatch) -> Iterator[House]:
    own_home(settings, tmp_path / "home")
    monkeypatch.setenv("REPERE_DATABASE", committing_db)
    people = cast()
    her = concern(people.amina.actor)
    cases.set_identity(her.person_id, tier="identity", values={"family_names": "Marqueur"}, acting=people.amina.actor, now=NOW)
    record(her, people.amina.actor, "presumption_stated")
    other = concern(people.bruno.actor)
    cases.set_identity(other.person_id, tier="identity", values={"family_names": "Autre"}, acting=people.bruno.actor, now=NOW)
    pair = pyrage.x25519.Identity.generate()
    (tmp_path / "age.key").write_text(f"# kept elsewhere\n{pair}\n")
    yield House(people, committing_db, tmp_path / "backups", tmp_path / "keys", tmp_path / "age.key", str(pair.to_public()), her)
    with database.admin_connection() as admin:
        left = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'repere_restored%'").fetchall()
    assert left == [], "every scratch database is thrown away"


def erase_her(house: House) -> None:
    erasure.ask_erasure(house.her, reason="she_asks", acting=house.people.amina.actor, now=NOW)
    erasure.confirm_erasure(house.her, acting=house.people.odile.actor, now=NOW)
    with as_owner():
        erasure.carry_out_erasure(house.her.person_id, on=date(2026, 6, 16))


def test_a_backup_comes_back_whole(house: House) -> None:
    """Every row, the ledger, and one person of each organisation opened with the root key of this machine."""
    made = house.back_up()
    assert made.manifest.counts["public.cases_person"] == 2
    assert made.manifest.counts["keys.person_key_wrap"] == 2
    done = house.rehearse(made)
    assert done.rows == sum(made.manifest.counts.values())
    assert done.ledger_entries == made.manifest.ledger_entries > 0
    assert (done.organisations, done.erased_again, done.tombstones) == (2, 0, 0)


def test_nothing_readable_touches_the_disk(house: House) -> None:
    """Neither a name nor an organisation nor an id stands in any file of a backup, and one reader owns them."""
    made = house.back_up()
    files = [file for place in (house.to, house.keys) for file in place.rglob("*") if file.is_file()]
    assert {file.name.split(".")[-1] for file in files} == {"age", "json"}
    for file in files:
        content = file.read_bytes()
        for marker in (b"Marqueur", b"Atalante", str(house.her.person_id).encode(), house.her.code.encode(), b"PGDMP"):
            assert marker not in content, file
    assert {file.stat().st_mode & 0o077 for file in files if file.suffix == ".age"} == {0}
    assert made.keys.parent != made.folder.parent


def test_the_data_without_the_keys_is_inert(house: House) -> None:
    """Whoever gets the one dump and its age key, but not the other, has no wrap of any person."""
    made = house.back_up()
    pair = pyrage.x25519.Identity.from_str(house.identity.read_text().splitlines()[1])
    plain = pyrage.decrypt((made.folder / "data.age").read_bytes(), [pair])
    assert b"PGDMP" in plain[:8]
    listed = subprocess.run([tools.program("pg_restore"), "--list"], input=plain, capture_output=True, check=True).stdout.decode()
    assert "TABLE DATA public cases_sealedrecord" in listed
    assert "person_key_wrap" not in listed
    made.keys.unlink()
    with pytest.raises(BackupRefused, match="thirty days"):
        house.look(made)


def test_a_dump_by_the_pages_role_fails_the_check(house: House) -> None:
    """Row-level security makes it empty without an error; only the counted rows tell."""
    made = house.back_up()
    data = made.folder / "data.age"
    data.unlink()
    reader = pyrage.x25519.Recipient.from_str(house.recipient)
    with pytest.raises(BackupRefused, match="No backup was made"):
        dumping.dump(data, reader, "--exclude-schema=keys", role="web")
    data.unlink()
    with database.admin_connection(house.name) as admin:  # somebody who wanted to be helpful
        for schema in ("public", "published"):
            admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO repere_web")
            admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO repere_web")
            admin.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO repere_web")
    dumping.dump(data, reader, "--enable-row-security", "--exclude-schema=keys", role="web")
    with pytest.raises(BackupRefused, match="damaged or replaced"):
        house.look(made)
    told = json.loads((made.folder / "manifest.json").read_text())
    told["data_sha256"] = tools.digest_of(data)
    (made.folder / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(BackupRefused, match="does not hold the rows.*cases_"):
        house.rehearse(made)


def test_a_blind_backup_role_makes_no_backup(house: House, monkeypatch) -> None:
    """On a server that does not let it see all, the command refuses instead of writing nothing."""
    with database.admin_connection() as admin:
        admin.execute("ALTER ROLE repere_backup NOBYPASSRLS")
        try:
            with pytest.raises(BackupRefused, match="BYPASSRLS"):
                house.back_up()
        finally:
            admin.execute("ALTER ROLE repere_backup BYPASSRLS")
    assert [file for file in house.to.iterdir() if not file.name.startswith("tomb")] == []
    assert list(house.keys.iterdir()) == []


def test_the_wrong_key_changes_nothing(house: House, tmp_path: Path) -> None:
    """One clear sentence, before any database is made."""
    made = house.back_up()
    other = tmp_path / "other.key"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    before = _databases()
    with pytest.raises(CannotRun, match="^The key that was given does not open this backup. Nothing was changed.$"):
        house.look(made, other)
    other.write_text("nonsense")
    with pytest.raises(BackupRefused, match="holds no age private key"):
        house.look(made, other)
    assert _databases() == before


def _databases() -> set[str]:
    with database.admin_connection() as admin:
        return {name for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall()}


def test_another_root_key_is_told(house: House, settings, tmp_path) -> None:
    """A restore without the root key of that time would give files that nobody can read: the rehearsal says so."""
    source = house.look(house.back_up())
    own_home(settings, tmp_path / "elsewhere")
    put_root_key(new_key())
    with pytest.raises(BackupRefused, match="root key here is not the one"):
        checking.check_restore(source, trusted=house.trusted)


@pytest.mark.parametrize("spoilt", ["data", "keys"])
def test_a_damaged_file_is_refused(house: House, spoilt: str) -> None:
    """One byte, in either file; and also when somebody mended the digest in the manifest."""
    made = house.back_up()
    file = made.folder / "data.age" if spoilt == "data" else made.keys
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupRefused, match="damaged or replaced"):
        house.look(made)
    told = json.loads((made.folder / "manifest.json").read_text())
    told[f"{spoilt}_sha256"] = tools.digest_of(file)
    (made.folder / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(BackupRefused):
        house.rehearse(made)


def test_rows_that_went_missing_are_named(house: House) -> None:
    """A manifest that tells of more than the dump holds names the table."""
    made = house.back_up()
    told = json.loads((made.folder / "manifest.json").read_text())
    told["counts"]["public.cases_fact"] += 1
    (made.folder / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(BackupRefused, match="public.cases_fact"):
        house.rehearse(made)


def test_a_forged_ledger_row_is_told(house: House) -> None:
    """Whoever rewrote history before the backup was made is seen at the rehearsal."""
    with database.admin_connection(house.name) as admin:
        admin.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        admin.execute("UPDATE ledger_entry SET body = overlay(body placing 'x'::bytea from 9) WHERE act = 'open_case'")
        admin.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ALL")
    with pytest.raises(BackupRefused, match="ledger of this backup does not verify"):
        house.rehearse(house.back_up())


def test_the_seals_of_a_backup_are_checked_too(house: House) -> None:
    """Whoever rewrites rows and their hashes alike is betrayed by the seals, a forger of seals by the trusted key."""
    house.seal()
    made = house.back_up()
    assert house.rehearse(made).seals == 1
    house.signer = Ed25519PrivateKey.generate()
    with pytest.raises(BackupRefused, match="signed by a key that is not trusted"):
        house.rehearse(made)


def test_a_tail_cut_before_the_backup_is_told_by_a_head_kept_elsewhere(house: House) -> None:
    """Seals and rows removed together leave a shorter ledger that looks whole; the head at a witness does not forget."""
    house.seal()
    record(house.her, house.people.amina.actor, "stay_started")
    [head] = house.seal()
    with database.admin_connection(house.name) as admin:
        for table in ("ledger_entry", "ledger_seal"):
            admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        admin.execute("DELETE FROM ledger_entry WHERE position > (SELECT max(position) FROM ledger_entry) - 1")
        admin.execute("DELETE FROM ledger_seal WHERE number = %s", [head.head.number])
        admin.execute("DELETE FROM cases_task WHERE trigger_fact_id IN (SELECT id FROM cases_fact WHERE kind = 'stay_started')")
        admin.execute("DELETE FROM cases_fact WHERE kind = 'stay_started'")
    made = house.back_up(datetime.now(UTC) + timedelta(minutes=1))
    with pytest.raises(BackupRefused, match="kept elsewhere names this seal"):
        house.rehearse(made, [head])
    assert house.rehearse(house.back_up(AT), [head]).seals == 1, "a head younger than the backup accuses nobody"


def test_a_fact_without_its_row_in_the_ledger_is_told(house: House) -> None:
    """Half a write, or one made behind the ledger's back, is seen at the rehearsal."""
    record(house.her, house.people.amina.actor, "stay_started")
    with database.admin_connection(house.name) as admin:
        admin.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        admin.execute("DELETE FROM ledger_entry WHERE position = (SELECT max(position) FROM ledger_entry WHERE act = 'record_fact')")
        admin.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ALL")
    with pytest.raises(BackupRefused, match="no row of the ledger names it"):
        house.rehearse(house.back_up())


def test_an_access_that_the_ledger_does_not_give_is_told(house: House) -> None:
    """Opened behind the verbs, made wider, or ended and running again: whoever verifies reads which."""
    people = house.people
    given = grant(house.her, people.amina.actor, people.boussole, ["profile"])
    ended = grant(house.her, people.amina.actor, people.prefecture, ["residence"])
    cases.end_grant(ended, acting=people.amina.actor, now=datetime.now(UTC))
    assert not house.untold()
    with database.admin_connection(house.name) as admin:
        admin.execute("UPDATE cases_grant SET groups = groups || '{housing}'::varchar[] WHERE id = %s", [given.pk])
        admin.execute("UPDATE cases_grant SET revoked_at = NULL WHERE id = %s", [ended.pk])
    found = house.untold()
    assert [sum(f"access {one.pk}: it runs" in line for line in found) for one in (given, ended)] == [1, 1]
    with pytest.raises(BackupRefused, match="no row of the ledger gives it"):
        house.rehearse(house.back_up())


def test_an_erased_person_does_not_come_back(house: House) -> None:
    """Restored from a backup in which she still was: gone again, and the copy of the tombstones beside the backups knows it."""
    made = house.back_up()
    erase_her(house)
    later = house.back_up(AT + timedelta(days=1))
    assert [line.reason for line in tombstones.read(house.to / "tombstones")] == ["she_asks"]
    done = house.rehearse(made)
    assert (done.erased_again, done.tombstones) == (1, 1)
    assert house.rehearse(later).erased_again == 0


def test_keys_are_kept_thirty_days(house: House) -> None:
    """A month after her erasure no backup holds her key."""
    first = house.back_up()
    second = house.back_up(AT + timedelta(days=30))
    assert second.dropped == 0
    third = house.back_up(AT + timedelta(days=31))
    assert (third.dropped, first.keys.exists(), second.keys.exists()) == (1, False, True)


def test_the_signing_key_goes_with_the_keys_and_comes_back(house: House, tmp_path: Path) -> None:
    """Lost with the machine, it would end the chain: it lies in the part of the keys, closed, thirty days at most."""
    there = tmp_path / "secrets" / "ledger.key"
    signing.put_key(there, house.signer)
    _old, new = signing.replace_key(there)
    made = dumping.make_backup(to=house.to, keys_to=house.keys, recipient=house.recipient, now=AT, signing_key=there)
    kept = made.keys.with_name(made.keys.name.replace(".keys.", ".signing."))
    assert signing.seed_of(new) not in kept.read_bytes()
    assert b"PRIVATE" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert not list(house.to.rglob("*signing*")), "not beside the data"
    source = house.look(made)
    assert not restoring.put_signing_key_back(source, there), "a key that stands is never replaced"
    elsewhere = tmp_path / "new" / "secrets" / "ledger.key"
    assert restoring.put_signing_key_back(source, elsewhere)
    assert signing.seed_of(signing.read_key(elsewhere)) == signing.seed_of(new)
    assert set(signing.trusted_keys(elsewhere)) == set(signing.trusted_keys(there))
    assert len(signing.trusted_keys(elsewhere)) == 2
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    with pytest.raises(BackupRefused, match="signing key of this backup is damaged"):
        house.look(made)
    house.back_up(AT + timedelta(days=31))
    assert not kept.exists()


def test_a_backup_without_the_signing_key_says_so_and_is_whole(house: House, tmp_path: Path) -> None:
    """Where the sealer runs under a system user of its own, or before the first start."""
    made = dumping.make_backup(to=house.to, keys_to=house.keys, recipient=house.recipient, now=AT, signing_key=tmp_path / "none.key")
    assert made.manifest.signing_sha256 == ""
    assert not restoring.put_signing_key_back(house.look(made), tmp_path / "ledger.key")


def test_keys_and_data_do_not_lie_in_one_folder(house: House) -> None:
    """Who steals the one must not have the other."""
    for place in (house.to, house.to / "keys"):
        with pytest.raises(BackupRefused, match="apart"):
            dumping.make_backup(to=house.to, keys_to=place, recipient=house.recipient, now=AT)
    with pytest.raises(BackupRefused, match="age1"):
        dumping.make_backup(to=house.to, keys_to=house.keys, recipient="age1nonsense", now=AT)


def test_a_restore_into_an_empty_house_after_the_first_was_lost(house: House, settings, tmp_path, monkeypatch) -> None:
    """The disk is gone; the backup is older than an erasure. What comes back is everything but her, under every lock, and may be served."""
    made = house.back_up()
    erase_her(house)
    house.back_up(AT + timedelta(days=1))
    root = _present_root()
    own_home(settings, tmp_path / "new home")
    put_root_key(root)
    target = f"{house.name}_new"
    monkeypatch.setenv("REPERE_DATABASE", target)
    database.provision(target)
    try:
        assert restoring.restore(house.look(made)) == 1
        with restoring.pointed_at(target):
            _restored_and_locked(house)
        with pytest.raises(BackupRefused, match="never put over data"):
            restoring.restore(house.look(made))
    finally:
        with database.admin_connection() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))


def _present_root() -> bytes:
    held = root_key()
    assert isinstance(held, KeyFile)
    return held.present.key


def _restored_and_locked(house: House) -> None:
    assert checks._erasures_are_replayed() == []
    assert checks._policies_bind_the_owner_too() == []
    with house.people.bruno.acts() as actor:
        assert Person.objects.visible_to(actor).count() == 1
    with house.people.amina.acts() as actor:
        assert Person.objects.visible_to(actor).count() == 0
        record(concern(actor), actor, "presumption_stated")
    for alias in connections:
        connections[alias].close()


def test_a_restore_never_touches_a_house_with_data(house: House) -> None:
    """Not even with the right key and a good backup."""
    source = house.look(house.back_up())
    with pytest.raises(BackupRefused, match="not empty"):
        restoring.restore(source)
    with house.people.amina.acts() as actor:
        assert Person.objects.visible_to(actor).count() == 1


def test_what_is_no_manifest_is_refused(house: House) -> None:
    """A folder of something else, or of a version that does not exist yet."""
    made = house.back_up()
    (made.folder / "manifest.json").write_text("{}")
    with pytest.raises(BackupRefused, match="no manifest"):
        house.look(made)
    with pytest.raises(BackupRefused, match="format 2"):
        Manifest.read(_with_format(made, 2))


def _with_format(made: dumping.Made, number: int) -> Path:
    file = made.folder / "manifest.json"
    file.write_text(json.dumps({**made.manifest.__dict__, "format": number}))
    return file


def test_the_backup_role_writes_nothing(house: House) -> None:
    """It sees everything, so it must change nothing."""
    with tools.connect("backup") as standing, pytest.raises(psycopg.errors.Error, match="read-only|permission denied"):
        standing.execute("DELETE FROM cases_person")
