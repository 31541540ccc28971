"""The invented country poured in: through the same door, once, and only its own organisations see it."""

from repere.accounts.acting import acting_as
from repere.accounts.models import Membership
from repere.accounts.rootkey import make_root_key
from repere.cases.models import Case, Fact, Task
from repere.demo import filling
from repere.demo.cast import BODIES, PASSWORD
from tests.conftest import FILLED_AT as NOW
from tests.conftest import PERSONS


def test_people_facts_and_shared_files_are_there_and_judged(filled):
    assert filled.persons >= 110
    assert filled.facts > 6 * filled.persons
    assert filled.grants > 0
    member = Membership.objects.current().get(user__email="case.worker@estran.demo.example")
    with acting_as(member.actor()) as actor:
        assert Case.objects.visible_to(actor).count() > 10
        assert Task.objects.visible_to(actor).exists()
        assert not Case.objects.visible_to(actor).filter(pseudonym="").exists()


def test_every_role_has_an_account_with_the_printed_password(filled):
    for body in BODIES:
        for role in body.roles:
            member = Membership.objects.current().get(user__email=body.email(role), role=role)
            assert member.organisation.is_invented
    assert member.user.check_password(PASSWORD)


def test_a_filling_that_came_to_its_end_is_known(db, settings):
    settings.REPERE_DEMO = True
    make_root_key()
    assert not filling.is_filled()
    filling.fill(persons=20, seed=1, now=NOW)
    assert filling.is_filled()


def test_filling_twice_adds_nothing(filled):
    again = filling.fill(persons=PERSONS, seed=1, now=NOW)
    assert again.repeated
    member = Membership.objects.current().get(user__email="case.worker@estran.demo.example")
    with acting_as(member.actor()) as actor:
        before = Fact.objects.visible_to(actor).count()
    filling.fill(persons=PERSONS, seed=1, now=NOW)
    with acting_as(member.actor()) as actor:
        assert Fact.objects.visible_to(actor).count() == before
