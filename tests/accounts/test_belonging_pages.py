"""The pages of vetting and membership: for administrators; for everybody else they do not exist."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from repere.accounts.models import ADMINISTRATOR, Membership
from repere.accounts.vetting_models import Application, FactorReset
from repere.directory.models import Organisation
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Member], Client]
APPLICATION = {"name": "Candidate", "kind": "association", "contact_name": "Nadia Exemple", "contact_email": "nadia@candidate.example"}


def words(page) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|X-CSRFToken": "[^"]*"', "", page.content.decode())


def test_from_an_application_to_the_first_link(people: Cast, signed_in: SignedIn) -> None:
    """Somebody applies; Atalante checks, vouches and approves; Boussole approves; the link is shown to Boussole's administrator."""
    applied = Client().post(reverse("accounts:apply"), APPLICATION)
    assert (applied.status_code, applied["Location"]) == (302, reverse("accounts:applied"))
    organisation = Organisation.objects.get(name="Candidate")
    first, second = signed_in(people.chloe), signed_in(member("Basile Exemple", people.boussole, ADMINISTRATOR))
    assert "Candidate" in first.get(reverse("accounts:organisations")).content.decode()

    def say(client: Client, step: str, **fields: object):
        return client.post(reverse("accounts:organisation_step", args=[organisation.pk, step]), {"reason": "Connue", **fields})

    assert say(first, "identity", ways=["register"]).status_code == 400
    assert say(first, "identity", ways=["call_back", "register"]).status_code == 302
    assert say(first, "sponsor").status_code == 302
    assert say(first, "approve").status_code == 302
    assert say(first, "approve").status_code == 400
    link = re.search(r"http://testserver(/invitation/[^<]+)", say(second, "approve").content.decode())
    assert link
    assert Client().get(link[1]).status_code == 200
    assert Organisation.objects.get(pk=organisation.pk).state == "probation"
    assert second.get(reverse("accounts:organisation", args=[organisation.pk])).status_code == 200


def test_an_application_says_the_same_whatever_is_known(people: Cast) -> None:
    """An address with an account, a name that works here already, or neither: the same page, byte for byte."""
    answers = set()
    for email, name in ((people.amina.user.email, "Atalante"), ("inconnue@ailleurs.example", "Inconnue")):
        client = Client()
        client.post(reverse("accounts:apply"), APPLICATION | {"contact_email": email, "name": name})
        answers.add(words(client.get(reverse("accounts:applied"))))
    assert len(answers) == 1


def test_applications_are_slowed_down(people: Cast) -> None:
    client = Client()
    answers = [client.post(reverse("accounts:apply"), APPLICATION).status_code for _attempt in range(42)]
    assert answers[-1] == 429
    with people.chloe.acts():
        assert Application.objects.count() <= 40


def test_a_member_comes_in_and_leaves_through_the_pages(people: Cast, signed_in: SignedIn) -> None:
    first, second = signed_in(people.chloe), signed_in(member("Clara Exemple", people.atalante, ADMINISTRATOR))
    sent = {"name": "Nora Exemple", "email": "nora@atalante.example", "role": "case_worker", "language": "fr"}
    assert first.post(reverse("accounts:member_invite"), sent).status_code == 302
    proposed = Membership.objects.get(user__email="nora@atalante.example")
    assert "Nora Exemple" in second.get(reverse("accounts:members")).content.decode()
    handed = second.post(reverse("accounts:member_approve", args=[proposed.pk])).content.decode()
    link = re.search(r"http://testserver(/invitation/[^<]+)", handed)
    assert link
    assert not Membership.objects.current().filter(pk=proposed.pk).exists()
    assert "Nora Exemple" in second.get(reverse("accounts:members")).content.decode()
    chosen = {"password": "quatre mots bien longs", "again": "quatre mots bien longs"}
    assert Client().post(link[1], chosen).status_code == 302
    assert Membership.objects.current().filter(pk=proposed.pk).exists()

    assert second.post(reverse("accounts:factor_reset_ask", args=[proposed.pk]), {"reason": "Téléphone volé"}).status_code == 302
    with people.chloe.acts():
        asked = FactorReset.objects.get(user=proposed.user_id)
    assert second.post(reverse("accounts:factor_reset", args=[asked.pk])).status_code == 302
    assert "/invitation/" in first.post(reverse("accounts:factor_reset", args=[asked.pk])).content.decode()

    assert "Nora" in first.get(reverse("accounts:member_end", args=[proposed.pk])).content.decode()
    assert first.post(reverse("accounts:member_end", args=[proposed.pk])).status_code == 302
    assert not Membership.objects.current().filter(pk=proposed.pk).exists()


def test_for_everybody_else_these_pages_do_not_exist(people: Cast, signed_in: SignedIn) -> None:
    """A worker of the house, and an administrator of another one."""
    elsewhere = member("Sirius Exemple", people.ines.organisation, ADMINISTRATOR)
    mine = people.amina.membership.pk
    for intruder in (people.amina, people.ines):
        client = signed_in(intruder)
        for name in ("members", "member_invite", "organisations"):
            assert client.get(reverse(f"accounts:{name}")).status_code == 404
    for name in ("member_approve", "member_confirm", "member_end"):
        assert signed_in(elsewhere).post(reverse(f"accounts:{name}", args=[mine])).status_code == 404
    for name in ("member_end", "factor_reset_ask"):
        assert signed_in(elsewhere).get(reverse(f"accounts:{name}", args=[mine])).status_code == 404
    assert Membership.objects.current().filter(pk=mine).exists()
