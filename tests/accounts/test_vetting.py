"""An organisation works only after two persons of two other organisations let it in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from repere.accounts import vetting
from repere.accounts.acting import acting_as
from repere.accounts.actions import accept_invitation
from repere.accounts.actor import Actor
from repere.accounts.founding import Founder, found
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.accounts.refusals import NotVisible, Refused
from repere.accounts.vetting_models import Application, VettingStep
from repere.directory.models import WORKING, Organisation
from repere.ledger.models import Entry
from tests.accounts.refusing import refused
from tests.people import Cast, Member, member

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
State = Organisation.State
CONTACT = {"contact_name": "Nadia Exemple", "contact_email": "nadia@candidate.example", "contact_phone": "0400000000"}


@dataclass
class Vouchers:
    atalante: Member
    boussole: Member
    police: Member


@pytest.fixture
def vouchers(people: Cast) -> Vouchers:
    return Vouchers(
        people.chloe,
        member("Basile Exemple", people.boussole, ADMINISTRATOR),
        member("Paola Exemple", people.police, ADMINISTRATOR),
    )


def candidate(name: str = "Candidate", email: str = CONTACT["contact_email"]) -> Organisation:
    return vetting.apply_to_join(name=name, kind="association", contact=CONTACT | {"contact_email": email}, now=NOW)


def state_of(organisation: Organisation) -> str:
    return Organisation.objects.get(pk=organisation.pk).state


def checked(vouchers: Vouchers) -> Organisation:
    organisation = candidate()
    vetting.check_identity(organisation.pk, ways=["call_back", "register"], reason="Rappelée", acting=vouchers.atalante.actor, now=NOW)
    vetting.confirm_sponsor(organisation.pk, reason="Nous la connaissons", acting=vouchers.atalante.actor, now=NOW)
    return organisation


def let_in(vouchers: Vouchers) -> tuple[Organisation, str]:
    organisation = checked(vouchers)
    assert vetting.approve(organisation.pk, reason="Oui", acting=vouchers.atalante.actor, now=NOW) is None
    token = vetting.approve(organisation.pk, reason="Oui aussi", acting=vouchers.boussole.actor, now=NOW)
    assert token is not None
    return Organisation.objects.get(pk=organisation.pk), token


@pytest.mark.django_db
def test_two_approvals_of_two_organisations_begin_thirty_days_of_probation(vouchers: Vouchers) -> None:
    """The contact who was called back gets the first link, as administrator; the organisation works, without identities of others."""
    organisation, token = let_in(vouchers)
    assert (organisation.state, organisation.probation_until) == (State.PROBATION, NOW + timedelta(days=30))
    accept_invitation(token, "quatre mots bien longs", now=NOW)
    (first,) = Membership.objects.current().filter(organisation=organisation)
    assert (first.user.email, first.role) == (CONTACT["contact_email"], ADMINISTRATOR)


@pytest.mark.django_db
def test_one_approval_is_not_enough_and_the_same_organisation_does_not_speak_twice(people: Cast, vouchers: Vouchers) -> None:
    organisation = checked(vouchers)
    colleague = member("Clara Exemple", people.atalante, ADMINISTRATOR)
    vetting.approve(organisation.pk, reason="Oui", acting=vouchers.atalante.actor, now=NOW)
    for voice in (vouchers.atalante, colleague):
        with refused("already_said"):
            vetting.approve(organisation.pk, reason="Encore", acting=voice.actor, now=NOW)
    assert state_of(organisation) == State.SPONSOR_CONFIRMED


@pytest.mark.django_db
def test_one_person_in_two_organisations_is_one_voice(people: Cast, vouchers: Vouchers) -> None:
    with acting_as(Actor.system("founding", organisation_id=people.boussole.pk)):
        second_hat = Membership.objects.create(
            user=people.chloe.user, organisation=people.boussole, role=ADMINISTRATOR, approved_at=NOW, accepted_at=NOW
        )
    organisation = checked(vouchers)
    vetting.approve(organisation.pk, reason="Oui", acting=vouchers.atalante.actor, now=NOW)
    with refused("already_said"):
        vetting.approve(organisation.pk, reason="Oui", acting=second_hat.actor(), now=NOW)


@pytest.mark.django_db
def test_steps_are_taken_in_their_order(vouchers: Vouchers) -> None:
    organisation = candidate()
    acting = vouchers.atalante.actor
    for step in (vetting.confirm_sponsor, vetting.approve, vetting.resume):
        with refused("not_in_this_state"):
            step(organisation.pk, reason="Vite", acting=acting, now=NOW)
    for ways in ([], ["call_back"], ["register", "domain"], ["call_back", "letterhead"]):
        with refused("call_back_needed"):
            vetting.check_identity(organisation.pk, ways=ways, reason="Vu", acting=acting, now=NOW)
    with refused("reason_needed"):
        vetting.check_identity(organisation.pk, ways=["call_back", "domain"], reason="  ", acting=acting, now=NOW)
    assert state_of(organisation) == State.APPLIED


@pytest.mark.django_db
def test_only_administrators_of_active_organisations_vet(people: Cast, vouchers: Vouchers) -> None:
    """For a worker, a newcomer on probation and the applicant itself, the pages of vetting do not exist."""
    organisation, token = let_in(vouchers)
    accept_invitation(token, "quatre mots bien longs", now=NOW)
    newcomer = Membership.objects.current().get(organisation=organisation).actor()
    other = candidate("Autre", "autre@candidate.example")
    for intruder in (people.amina.actor, people.ines.actor, newcomer):
        with pytest.raises(NotVisible):
            vetting.check_identity(other.pk, ways=["call_back", "domain"], reason="Oui", acting=intruder, now=NOW)
        with pytest.raises(NotVisible):
            vetting.applications(intruder)
        with acting_as(intruder):
            assert not Application.objects.exists()


@pytest.mark.django_db
def test_an_application_is_answered_alike_whatever_is_known(vouchers: Vouchers) -> None:
    """A second application of the same name and address is written like the first one."""
    assert candidate().pk != candidate().pk
    with vouchers.atalante.acts() as actor:
        assert vetting.applications(actor).count() == 2


@pytest.mark.django_db
def test_probation_ends_after_its_thirty_days_and_not_before(vouchers: Vouchers, as_role) -> None:
    organisation, _token = let_in(vouchers)
    with as_role("worker"):
        assert vetting.end_probations(now=NOW + timedelta(days=29, hours=23)) == 0
        assert vetting.end_probations(now=NOW + timedelta(days=30)) == 1
    assert state_of(organisation) == State.ACTIVE


@pytest.mark.django_db
def test_two_voices_suspend_at_once_and_two_let_it_work_again(vouchers: Vouchers) -> None:
    organisation, token = let_in(vouchers)
    accept_invitation(token, "quatre mots bien longs", now=NOW)
    later = NOW + timedelta(days=2)
    assert not vetting.suspend(organisation.pk, reason="Doute", acting=vouchers.boussole.actor, now=later)
    assert Membership.objects.current().filter(organisation=organisation).exists()
    assert vetting.suspend(organisation.pk, reason="Doute confirmé", acting=vouchers.police.actor, now=later)
    assert not Membership.objects.current().filter(organisation=organisation).exists()
    day_after = later + timedelta(days=1)
    assert not vetting.resume(organisation.pk, reason="Éclairci", acting=vouchers.atalante.actor, now=day_after)
    assert vetting.resume(organisation.pk, reason="Éclairci", acting=vouchers.police.actor, now=day_after)
    assert state_of(organisation) == State.PROBATION, "what was left of its probation goes on"


@pytest.mark.django_db
def test_a_refused_applicant_stays_out(vouchers: Vouchers) -> None:
    organisation = checked(vouchers)
    vetting.refuse(organisation.pk, reason="Domaine imité", acting=vouchers.boussole.actor, now=NOW)
    vetting.refuse(organisation.pk, reason="Domaine imité", acting=vouchers.police.actor, now=NOW)
    assert state_of(organisation) == State.REFUSED
    with refused("not_in_this_state"):
        vetting.approve(organisation.pk, reason="Quand même", acting=vouchers.atalante.actor, now=NOW)


@pytest.mark.django_db
def test_every_step_is_in_the_ledger_without_a_name(vouchers: Vouchers) -> None:
    organisation, _token = let_in(vouchers)
    with vouchers.atalante.acts():
        steps = {"vet_identity_checked", "vet_sponsor_confirmed", "vet_approval", "change_organisation_state"}
        rows = list(Entry.objects.filter(act__in=steps))
    assert {row.act for row in rows} == steps
    for row in rows:
        assert str(organisation.pk).encode() in bytes(row.body)
        assert b"Nadia" not in bytes(row.body)
        assert b"nadia@" not in bytes(row.body)


@pytest.mark.parametrize("state", [State.PROBATION, State.ACTIVE])
@pytest.mark.django_db
def test_the_database_counts_the_voices_too(vouchers: Vouchers, state: str) -> None:
    """Injected SQL with one administrator's rights cannot move an organisation into work."""
    organisation = checked(vouchers)
    vetting.approve(organisation.pk, reason="Oui", acting=vouchers.atalante.actor, now=NOW)
    changes = {"state": state, "state_since": NOW, "probation_until": NOW + timedelta(days=30)}
    with pytest.raises(Exception, match="two persons of two"), vouchers.atalante.acts():
        Organisation.objects.filter(pk=organisation.pk).update(**changes)
    house = Actor.system("vetting", vouchers.atalante.organisation.pk)
    with pytest.raises(Exception, match="only after two persons of two"), acting_as(house):
        Organisation.objects.filter(pk=organisation.pk).update(**changes)
    with pytest.raises(Exception, match="row-level security"), vouchers.atalante.acts():
        VettingStep.objects.create(
            organisation=organisation, step="approval", at=NOW, user=vouchers.boussole.user, by_organisation=vouchers.boussole.organisation
        )


@pytest.mark.django_db
def test_the_second_voice_does_not_write_how_long_a_probation_lasts(vouchers: Vouchers, as_role) -> None:
    """The attack: her own second voice by SQL, then a probation that was over in 2020, which the next night makes an active body."""
    organisation = checked(vouchers)
    vetting.approve(organisation.pk, reason="Oui", acting=vouchers.atalante.actor, now=NOW)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    written = {"state": State.PROBATION, "state_since": long_ago, "probation_until": long_ago + timedelta(days=31)}
    with vouchers.boussole.acts():
        VettingStep.objects.create(
            organisation=organisation, step="approval", at=NOW, user=vouchers.boussole.user, by_organisation=vouchers.boussole.organisation,
        )
        for change in (written, {"state_since": long_ago}, {"probation_until": long_ago}):
            with pytest.raises(DatabaseError, match="two persons of two"), transaction.atomic():
                Organisation.objects.filter(pk=organisation.pk).update(**change)
    with as_role("worker"):
        assert vetting.end_probations(now=NOW) == 0
    assert state_of(organisation) == State.SPONSOR_CONFIRMED


@pytest.mark.django_db
def test_a_voice_counts_only_while_its_person_administers(vouchers: Vouchers) -> None:
    """Who left between the two approvals approved nothing: the database looks at the members of the day."""
    organisation = checked(vouchers)
    vetting.approve(organisation.pk, reason="Oui", acting=vouchers.boussole.actor, now=NOW)
    with vouchers.boussole.acts():
        Membership.objects.filter(pk=vouchers.boussole.membership.pk).update(ended_at=NOW, ended_by=vouchers.boussole.user)
    with pytest.raises(Exception, match="two persons of two"):
        vetting.approve(organisation.pk, reason="Oui", acting=vouchers.police.actor, now=NOW)
    assert state_of(organisation) == State.SPONSOR_CONFIRMED


# ---- the founding


FOUNDERS = [
    Founder("Première", "association", "Une Personne", "une@premiere.example", "69"),
    Founder("Seconde", "police", "Autre Personne", "autre@seconde.example", "69", roles=("police",)),
]


@pytest.mark.django_db
def test_two_organisations_with_a_person_each_found_an_installation() -> None:
    tokens = found(FOUNDERS, paper_kit=True, now=NOW)
    assert len(set(tokens)) == 2
    made = list(Organisation.objects.order_by("name"))
    assert [(one.state, one.sponsor_id) for one in made] == [(State.ACTIVE, made[1].pk), (State.ACTIVE, made[0].pk)]
    assert not Membership.objects.current().exists()
    for token in tokens:
        accept_invitation(token, "quatre mots bien longs", now=NOW)
    assert {membership.role for membership in Membership.objects.current()} == {"case_worker", "police", ADMINISTRATOR}
    with acting_as(Actor.system("founding", organisation_id=made[0].pk)):
        (row,) = Entry.objects.filter(act="found_organisation")
    assert b'"paper_kit":true' in bytes(row.body)


@pytest.mark.django_db
def test_a_founding_happens_once(people: Cast) -> None:
    with refused("already_founded"):
        found(FOUNDERS, paper_kit=True, now=NOW)


@pytest.mark.django_db
def test_a_founding_takes_two_and_the_paper_kit() -> None:
    one, two = FOUNDERS
    alike = Founder("Seconde", "police", "Autre Personne", one.email)
    for founders, kit, code in (
        ([one], True, "two_organisations_needed"), ([one, one], True, "two_organisations_needed"),
        ([one, alike], True, "two_organisations_needed"), ([one, two], False, "paper_kit_needed"),
    ):  # fmt: skip
        with refused(code):
            found(founders, paper_kit=kit, now=NOW)
    assert not Organisation.objects.exists()


# ---- any order of steps


class Vetting(RuleBasedStateMachine):
    """Administrators of four organisations, applicants among them once let in, say anything in any order."""

    @initialize()
    def begin(self) -> None:
        self.place = transaction.atomic()
        self.place.__enter__()
        self.now, self.count = NOW, 0
        found(FOUNDERS, paper_kit=True, now=NOW)
        self.founded = set(Organisation.objects.values_list("pk", flat=True))
        self.organisations = list(self.founded)

    def teardown(self) -> None:
        if hasattr(self, "place"):
            transaction.set_rollback(True)
            self.place.__exit__(None, None, None)

    @rule(seconds=st.integers(1, 40 * 86_400))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def apply(self) -> None:
        if self.count < 3:
            self.count += 1
            self.organisations.append(candidate(f"Candidate {self.count}", f"c{self.count}@candidate.example").pk)

    @rule(who=st.integers(0, 9), about=st.integers(0, 9), role=st.integers(0, 9), ways=st.sets(st.sampled_from([*vetting.WAYS, "papers"])),
          step=st.sampled_from(["check_identity", "confirm_sponsor", "approve", "approve", "suspend", "resume", "refuse", "close"]))
    def speak(self, who: int, about: int, role: int, ways: set[str], step: str) -> None:
        held = Membership.objects.filter(organisation__in=self.organisations).select_related("user")
        memberships = list(held.order_by("created_at", "pk"))
        chosen = memberships[who % len(memberships)]
        words: dict[str, Any] = {"ways": ways} if step == "check_identity" else {}
        target = self.organisations[about % len(self.organisations)]
        with Answered():
            getattr(vetting, step)(target, reason="Parce que", acting=chosen.actor(), now=self.now, **words)

    @rule()
    def night(self) -> None:
        """The worker's job, under its own role."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE repere_worker")
            vetting.end_probations(now=self.now)
            cursor.execute("RESET ROLE")

    @invariant()
    def nobody_works_without_two_voices(self) -> None:
        if not hasattr(self, "founded"):
            return
        for organisation in Organisation.objects.filter(state__in=WORKING).exclude(pk__in=self.founded):
            said = self._steps(organisation.pk, "approval")
            assert len({user for user, _by in said}) >= 2
            assert len({by for _user, by in said}) >= 2
            assert organisation.pk not in {by for _user, by in said}
            assert organisation.state != State.ACTIVE or organisation.probation_until <= self.now
            assert self._steps(organisation.pk, "identity_checked")
            assert self._steps(organisation.pk, "sponsor_confirmed")

    def _steps(self, organisation: Any, step: str) -> list[tuple[Any, Any]]:
        founder = Membership.objects.filter(organisation__in=self.founded, role=ADMINISTRATOR).first()
        with acting_as(founder.actor()):
            return list(VettingStep.objects.filter(organisation=organisation, step=step).values_list("user", "by_organisation"))


class Answered:
    """A refusal is an answer; it undoes its own savepoint only."""

    def __enter__(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        self.savepoint.__exit__(kind, error, trace)
        return kind is not None and issubclass(kind, Refused | NotVisible)


@pytest.mark.django_db
def test_no_order_of_steps_leads_to_an_active_right_without_two_approvers() -> None:
    """Five thousand steps when thorough; some hundreds every day."""
    examples = 100 if os.environ.get("REPERE_THOROUGH") else 6
    run_state_machine_as_test(
        Vetting, settings=settings(max_examples=examples, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    )
