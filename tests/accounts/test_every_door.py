"""Every address of this room × every member who should not × every verb. The addresses come from the URL conf itself.

The intruders hold the real ids: a worker of another house, the administrator of another house, the administrator of a house on
probation, a worker of the same house. What an address answers them is declared here; an address without a declaration fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from repere.accounts import members, sessions, urls
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR, Invitation, Membership, User
from repere.accounts.vetting_models import FactorReset, VettingStep
from repere.directory.models import Organisation
from tests.accounts.proving import give_app, give_password
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PAGES = {
    # Names a member, or a request about one: for administrators of her own organisation alone.
    "of_a_member": {"member_approve", "member_confirm", "member_end", "factor_reset_ask", "factor_reset"},
    # Lists the reader's own organisation, for its administrators.
    "of_administrators": {"members", "member_invite"},
    # Vetting: for administrators of every organisation past its own probation.
    "of_who_vets": {"organisations", "organisation", "organisation_step"},
    # Names a session or a factor of one's own.
    "of_an_owner": {"remove_factor", "end_session"},
    # About whoever asks, and nobody else.
    "of_oneself": {
        "account", "first_factor", "new_factor", "add_passkey", "new_passkey_options", "add_app", "recovery_codes", "password",
        "end_other_sessions", "outside_link", "outside_forget", "change_role", "locked", "lock", "still_here", "confirm",
        "proof_options", "sign_out",
    },
    # The door: for who is not in yet, or holds the secret part of an invitation.
    "of_the_door": {
        "sign_in", "sign_in_passkey", "passkey_options", "second_step", "outside", "outside_back", "outside_invited", "invitation",
        "demo_sign_in", "apply", "applied",
    },
}  # fmt: skip
SECRETS = ("Amina", "Nora", "nora@", "marqueur-de-motif")
ANSWERS_NOTHING = {404, 405}


def patterns() -> Iterator[URLPattern]:
    yield from (pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern))


def test_every_address_of_the_room_declares_what_it_answers_an_intruder() -> None:
    declared = [name for names in PAGES.values() for name in names]
    assert sorted(declared) == sorted(str(pattern.name) for pattern in patterns())


@dataclass(frozen=True)
class Scene:
    arguments: dict[str, Any]
    amina: User

    def address(self, name: str) -> str:
        pattern = next(pattern for pattern in patterns() if pattern.name == name)
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
        return reverse(f"accounts:{name}", kwargs={word: self.arguments[word] for word in wanted})


@pytest.fixture
def scene(people: Cast, signed_in: Callable[[Member], Client]) -> Scene:
    """Amina with a password, an app and an open session; a colleague proposed; a request to let Amina in again."""
    now, amina = timezone.now(), people.amina.user
    signed_in(people.amina)
    with people.amina.acts():
        give_password(amina)
        give_app(amina, now)
        factor = Authenticator.objects.filter(user=amina, type=Authenticator.Type.TOTP).get().pk
    (session,) = sessions.open_sessions(amina, now=now)
    with people.chloe.acts() as chloe:
        proposed = members.invite_member(
            email="nora@atalante.example", name="Nora Exemple", role="case_worker", language="fr", acting=chloe, now=now
        )
        asked = members.ask_factor_reset(amina.pk, reason="marqueur-de-motif", acting=chloe, now=now)
    arguments = {
        "membership": proposed.pk, "reset": asked.pk, "organisation": people.atalante.pk, "step": "approve", "factor": factor,
        "session": session.pk, "token": "x" * 43,
    }  # fmt: skip
    return Scene(arguments, amina)


def state(scene: Scene, people: Cast) -> Any:
    """What may not have moved: members, who waits, her factors, sessions and password, the organisation and its voices."""
    with acting_as(Actor.at_the_door()):
        kept = User.objects.filter(pk=scene.amina.pk).values_list("password", "is_active", "language").get()
        invited = Invitation.objects.count()
    with people.amina.acts():
        held = list(Authenticator.objects.filter(user=scene.amina).order_by("pk").values_list("pk", "type"))
    open_now = [one.pk for one in sessions.open_sessions(scene.amina, now=timezone.now())]
    with people.chloe.acts():
        joined = sorted(Membership.objects.filter(organisation=people.atalante).values_list("pk", "role", "approved_at", "ended_at"))
        asked = list(FactorReset.objects.values_list("pk", "second_by", "done_at"))
        voices = VettingStep.objects.filter(organisation=people.atalante).count()
    stands = Organisation.objects.filter(pk=people.atalante.pk).values_list("state", "name").get()
    return kept, held, open_now, joined, asked, invited, voices, stands


def at_probation(people: Cast) -> Member:
    founded = Organisation(name="Nouvelle", kind="association", territory="69", state=Organisation.State.PROBATION)
    with acting_as(Actor.system("founding", organisation_id=founded.pk)):
        founded.save(force_insert=True)
    return member("Pauline Exemple", founded, ADMINISTRATOR)


INTRUDERS: dict[str, Callable[[Cast], Member]] = {
    "a worker of another house": lambda people: people.ines,
    "a colleague who is no administrator": lambda people: people.odile,
    "the administrator of another house": lambda people: member("Sirius Exemple", people.ines.organisation, ADMINISTRATOR),
    "the administrator of a house on probation": at_probation,
}
CLOSED_TO = {
    "a worker of another house": {"of_a_member", "of_administrators", "of_who_vets", "of_an_owner"},
    "a colleague who is no administrator": {"of_a_member", "of_administrators", "of_who_vets", "of_an_owner"},
    "the administrator of another house": {"of_a_member", "of_an_owner"},
    "the administrator of a house on probation": {"of_a_member", "of_an_owner", "of_who_vets"},
}
SENT = {"reason": "x", "ways": "call_back", "email": "x@example.org", "password": "x", "code": "000000", "membership": ""}


@pytest.mark.parametrize("who", INTRUDERS)
def test_an_intruder_moves_nothing_and_learns_nothing_at_any_address_by_any_verb(
    who: str, scene: Scene, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    intruder, before = INTRUDERS[who](people), state(scene, people)
    for kind, names in PAGES.items():
        for name in sorted(names):
            # A new browser each time: some of these addresses end one's own session.
            client = signed_in(intruder)
            for verb in VERBS:
                answer = client.generic(verb, scene.address(name))
                sent = client.post(scene.address(name), SENT) if verb == "POST" else answer
                for one in (answer, sent):
                    assert one.status_code < 500, (name, verb)
                    if kind in CLOSED_TO[who]:
                        assert one.status_code in ANSWERS_NOTHING, (name, verb, one.status_code)
                    tells_nothing(one, name, verb)
    assert state(scene, people) == before


def test_an_absent_object_and_a_foreign_one_are_answered_by_the_same_bytes(
    scene: Scene, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(INTRUDERS["the administrator of another house"](people))
    absent = Scene(scene.arguments | {"membership": uuid4(), "reset": uuid4(), "session": uuid4(), "factor": 2**30}, scene.amina)
    for name in sorted(PAGES["of_a_member"] | PAGES["of_an_owner"]):
        for verb in ("GET", "POST"):
            first, second = (without_nonce(client.generic(verb, one.address(name))) for one in (scene, absent))
            assert first == second, (name, verb)


def test_nobody_signed_in_moves_nothing_and_learns_nothing(scene: Scene, people: Cast) -> None:
    before = state(scene, people)
    for kind, names in PAGES.items():
        for name in sorted(names):
            for verb in VERBS:
                answer = Client().generic(verb, scene.address(name))
                assert answer.status_code < 500, (name, verb)
                if kind != "of_the_door":
                    assert answer.status_code in (204, 302, 403, 404, 405), (name, verb, answer.status_code)
                tells_nothing(answer, name, verb)
    assert state(scene, people) == before


def test_whoever_administers_the_house_does_meet_them(scene: Scene, people: Cast, signed_in: Callable[[Member], Client]) -> None:
    """Otherwise the table above would prove nothing."""
    client = signed_in(member("Clara Exemple", people.atalante, ADMINISTRATOR))
    assert "Nora" in client.get(scene.address("members")).content.decode()
    before = state(scene, people)
    assert client.post(scene.address("member_approve")).status_code == 200
    assert client.post(scene.address("factor_reset")).status_code == 200
    after = state(scene, people)
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, False, False, False, False, True, True]


def tells_nothing(answer: Any, name: str, verb: str) -> None:
    text = answer.content.decode(errors="replace") + str(answer.headers)
    for secret in SECRETS:
        assert secret not in text, (name, verb, secret)


def without_nonce(answer: Any) -> tuple[int, str]:
    """What differs from one answer to the next whoever asks: the nonce, the form token."""
    return answer.status_code, re.sub(r'nonce="[^"]+"|csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken[^}]+', "", answer.content.decode())
