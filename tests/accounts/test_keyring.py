"""Who can open what is sealed about a person."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts import keyring
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey
from repere.accounts.models import OrganisationKey, PersonKeyWrap
from repere.accounts.rootkey import RootKeyMissing, root_key
from repere.core.sealing import SealBroken
from repere.directory.models import Organisation
from tests.people import Cast

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
