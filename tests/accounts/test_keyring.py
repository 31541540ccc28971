"""Who can open what is sealed about a person."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from repere.accounts import keyring
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey
from repere.accounts.models import OrganisationKey, PersonKeyWrap
from repere.accounts.rootkey import RootKeyMissing, root_key
from repere.core import boxes
from repere.core.sealing import SealBroken
from repere.directory.models import Organisation
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db


def test_the_opening_organisation_holds_her_key(people: Cast) -> None:
    """What Atalante sealed, Atalante opens."""
    her = uuid4()
    with people.amina.acts():
        key = keyring.new_person_key(her, people.atalante)
        assert keyring.person_key(her, people.atalante) == key


def test_two_persons_have_two_keys(people: Cast) -> None:
    """Erasing one leaves the other readable."""
    with people.amina.acts():
        keys = keyring.new_person_keys([uuid4(), uuid4()], people.atalante)
    assert len(set(keys.values())) == 2


def test_another_organisation_holds_no_key(people: Cast) -> None:
    """The intruder's organisation cannot even see the wrapped key."""
    her = uuid4()
    with people.amina.acts():
        keyring.new_person_key(her, people.atalante)
    with people.ines.acts():
        assert not PersonKeyWrap.objects.filter(person_id=her).exists()
        with pytest.raises(NoKey):
            keyring.person_key(her, people.ines.organisation)
        with pytest.raises(NoKey):
            keyring.person_key(her, people.atalante)


def test_a_share_opens_and_a_withdrawal_closes(people: Cast) -> None:
    """The receiver reads with a wrap of its own, which the giver may take back."""
    her = uuid4()
    with people.amina.acts():
        key = keyring.new_person_key(her, people.atalante)
        keyring.share_person_key(her, people.atalante, people.boussole)
        keyring.share_person_key(her, people.atalante, people.boussole)
    with people.bruno.acts():
        assert keyring.person_key(her, people.boussole) == key
    with people.amina.acts():
        assert keyring.withdraw_person_key(her, people.atalante, people.boussole)
    with people.bruno.acts(), pytest.raises(NoKey):
        keyring.person_key(her, people.boussole)


def test_nobody_shares_a_key_it_does_not_hold(people: Cast) -> None:
    """A wrap slipped in for an ally is refused by the database itself."""
    with people.ines.acts(), pytest.raises(DatabaseError), transaction.atomic():
        PersonKeyWrap.objects.bulk_create(
            [
                PersonKeyWrap(
                    person_id=uuid4(),
                    organisation=people.boussole,
                    shared_by=people.ines.organisation,
                    wrapped=b"forged",
                )
            ]
        )


def test_a_wrap_moved_to_another_person_does_not_open(people: Cast) -> None:
    """Whoever can write in the database cannot make one person's key open another's file."""
    her, other = uuid4(), uuid4()
    with people.amina.acts():
        keyring.new_person_keys([her], people.atalante)
        wrapped = PersonKeyWrap.objects.get(person_id=her).wrapped
        with acting_as(Actor.system("keys", organisation_id=people.atalante.pk)):
            PersonKeyWrap.objects.bulk_create(
                [PersonKeyWrap(person_id=other, organisation=people.atalante, wrapped=wrapped)]
            )
        with pytest.raises(SealBroken):
            keyring.person_key(other, people.atalante)


def test_nobody_acting_sees_no_key(people: Cast) -> None:
    """Without an actor both key tables are empty."""
    assert OrganisationKey.objects.count() == 0
    assert PersonKeyWrap.objects.count() == 0


@pytest.mark.parametrize("role", ["worker", "public", "sealer"])
def test_only_pages_reach_the_keys(people: Cast, as_role, role: str) -> None:
    """Jobs evaluate clear facts: their database role cannot read a key at all."""
    with pytest.raises(DatabaseError), transaction.atomic(), as_role(role), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keys.organisation_key")


def test_nobody_who_acts_writes_a_key(people: Cast) -> None:
    """One row that does not open, written by SQL, would close every file of that organisation: neither for another nor for one's own."""
    row = "INSERT INTO keys.organisation_key (id, organisation_id, version, wrapped, created_at)"
    row += " VALUES (gen_random_uuid(), %s, %s, %s, now())"
    for member in (people.amina, people.chloe):
        for owner in (people.boussole.pk, people.atalante.pk):
            for version in (1, 2, 99):
                with member.acts(), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                    connection.cursor().execute(row, [owner, version, b"x"])
    newcomer = Organisation(name="Sans clé", kind="association", territory="69", state=Organisation.State.ACTIVE)
    with acting_as(Actor.system("founding", organisation_id=newcomer.pk)):
        newcomer.save(force_insert=True)
    with people.amina.acts(), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        connection.cursor().execute(row, [newcomer.pk, 1, b"x"])
    her = uuid4()
    with people.amina.acts():
        keyring.new_person_key(her, people.atalante)
        keyring.share_person_key(her, people.atalante, newcomer)
        assert keyring.present_organisation_key(newcomer)[0] == 1, "its first key is made by the house when somebody shares with it"


def planted(member: Member, table: str, **values: object) -> None:
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    with member.acts(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO keys.{table} ({names}) VALUES ({marks})", [*values.values()])


def test_nobody_plants_a_wrap_that_a_rotation_would_fill(people: Cast) -> None:
    """Neither for her own organisation, nor for another in its name, nor a request that takes the place of the true one."""
    her, now = uuid4(), timezone.now()
    with people.amina.acts():
        keyring.new_person_key(her, people.atalante)
    row = {"id": uuid4(), "person_id": her, "version": 1, "wrapped": b"\0", "created_at": now}
    for thief, receiver in ((people.pascal, people.prefecture), (people.bruno, people.atalante), (people.amina, people.boussole)):
        for giver in (None, thief.organisation.pk):
            with pytest.raises(DatabaseError, match="row-level security"):
                planted(thief, "person_key_wrap", **row, organisation_id=receiver.pk, shared_by_id=giver)
    for thief in (people.pascal, people.amina):
        with pytest.raises(DatabaseError, match="row-level security"):
            planted(thief, "person_key_rotation", person_id=her, asked_at=now, organisation_id=thief.organisation.pk)


def test_nobody_takes_away_by_sql_what_was_shared(people: Cast) -> None:
    """One statement would close every shared file to whoever received it. The verb takes one share back."""
    her = uuid4()
    with people.amina.acts():
        key = keyring.new_person_key(her, people.atalante)
        keyring.share_person_key(her, people.atalante, people.boussole)
    for member in (people.amina, people.chloe, people.bruno):
        with member.acts(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM keys.person_key_wrap")
            assert cursor.rowcount == 0
    with people.bruno.acts():
        assert keyring.person_key(her, people.boussole) == key


def test_a_wrap_that_does_not_open_is_replaced_when_she_is_shared(people: Cast) -> None:
    """Planted before this was closed, or damaged: whoever receives her file opens it."""
    her = uuid4()
    with people.amina.acts():
        key = keyring.new_person_key(her, people.atalante)
    damaged = "INSERT INTO keys.person_key_wrap (id, person_id, organisation_id, version, wrapped, created_at, shared_by_id)"
    damaged += " VALUES (gen_random_uuid(), %s, %s, 1, '\\x00', now(), %s)"
    kept_by_owner(damaged, [her, people.boussole.pk, people.prefecture.pk])
    with people.amina.acts():
        keyring.share_person_key(her, people.atalante, people.boussole)
    with people.bruno.acts():
        assert keyring.person_key(her, people.boussole) == key


def test_nobody_who_acts_writes_a_key_pair(people: Cast) -> None:
    """Whose private half lies elsewhere would open, alone, what others close for her organisation."""
    with people.amina.acts():
        public = keyring.ensure_key_pair(people.atalante)
        assert keyring.ensure_key_pair(people.atalante) == public
    _, mine = boxes.new_pair()
    pair = {"id": uuid4(), "public": mine, "wrapped": b"\0", "key_version": 1, "created_at": timezone.now()}
    for member in (people.sonia, people.chloe):
        for body in (people.atalante, people.boussole):
            for version in (1, 2, 99):
                with pytest.raises(DatabaseError, match="row-level security"):
                    planted(member, "organisation_key_pair", **pair, version=version, organisation_id=body.pk)


def test_nothing_is_closed_for_a_pair_that_the_organisation_cannot_open(people: Cast) -> None:
    """A pair planted before this was closed: others go on using the true one, and what was closed for it opens."""
    with people.amina.acts():
        public = keyring.ensure_key_pair(people.atalante)
    before = boxes.close_box(public, b"names", aad=("test",))
    _, mine = boxes.new_pair()
    kept_by_owner("INSERT INTO keys.organisation_key_pair (id, organisation_id, version, public, wrapped, key_version, created_at)"
                  " VALUES (gen_random_uuid(), %s, 99, %s, '\\x00', 1, now())", [people.atalante.pk, mine])  # fmt: skip
    with people.bruno.acts():
        assert keyring.public_key(people.atalante) == public
    with people.amina.acts():
        assert keyring.ensure_key_pair(people.atalante) == public
        assert keyring.open_for(people.atalante, before, aad=("test",)) == b"names"


def kept_by_owner(statement: str, values: list[object]) -> None:
    """As it may stand in an installation that was attacked."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_owner")
        cursor.execute("SELECT set_config('repere.work', 'keys', true)")
        cursor.execute(statement, values)
        cursor.execute("SELECT set_config('repere.work', '', true)")
        cursor.execute("RESET ROLE")


def test_a_key_that_does_not_open_closes_no_other(people: Cast) -> None:
    """A damaged row beside a good one: her file opens, and new ones are written under the key that opens."""
    her = uuid4()
    with people.amina.acts():
        key = keyring.new_person_key(her, people.atalante)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_owner")
        cursor.execute("SELECT set_config('repere.work', 'keys', true)")
        cursor.execute(
            "INSERT INTO keys.organisation_key (id, organisation_id, version, wrapped, created_at)"
            " VALUES (gen_random_uuid(), %s, 99, %s, now())", [people.atalante.pk, b"x" * 80],
        )  # fmt: skip
        cursor.execute("RESET ROLE")
    with people.amina.acts():
        assert OrganisationKey.objects.filter(organisation=people.atalante).count() == 2
        assert keyring.person_key(her, people.atalante) == key
        assert keyring.present_organisation_key(people.atalante)[0] == 1


def test_a_missing_root_key_is_not_replaced(people: Cast, settings, tmp_path) -> None:
    """A new root key beside old data would lock every file for good without a word."""
    settings.REPERE_HOME = tmp_path
    with pytest.raises(RootKeyMissing):
        root_key()
    assert list(tmp_path.iterdir()) == []


def test_the_root_key_may_come_from_the_environment(people: Cast, monkeypatch) -> None:
    """With another root key nothing opens, and the error does not say why."""
    monkeypatch.setenv("REPERE_ROOT_KEY", "A" * 43 + "=")
    with people.amina.acts(), pytest.raises(SealBroken):
        keyring.ensure_organisation_key(people.atalante)


def test_the_root_key_file_is_for_one_reader(people: Cast, settings) -> None:
    """Other users of the machine cannot read it."""
    file = settings.REPERE_HOME / "secrets" / "root.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
