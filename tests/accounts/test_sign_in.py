"""Getting in, and not getting in."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from repere.accounts import throttle
from repere.accounts.acting import acting_as
from repere.accounts.founding import Founder, found
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.own import keeper_of
from repere.ledger.models import Entry
from repere.web import law
from tests.people import Cast, member, organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PASSWORD = "un mot de passe assez long"


@pytest.fixture
def amina(people: Cast) -> User:
    people.amina.user.set_password(PASSWORD)
    people.amina.user.save()
    return people.amina.user


def try_to_enter(email: str, password: str, client: Client | None = None):
    return (client or Client()).post(reverse("accounts:sign_in"), {"email": email, "password": password})


def words(response) -> str:
    """The page without what changes at each answer."""
    text = re.sub(r'nonce="[^"]*"|[A-Za-z0-9]{64}', "", response.content.decode())
    return re.sub(r'value="[^"]*@[^"]*"', "", text)


def test_the_right_password_opens(amina: User) -> None:
    """A person with an account and a membership gets in, and the ledger says so."""
    client = Client()
    assert try_to_enter(amina.email.upper(), PASSWORD, client).status_code == 302
    assert client.session["_auth_user_id"] == str(amina.pk)


def test_an_unknown_address_and_a_wrong_password_look_the_same(amina: User) -> None:
    """Nobody learns from the page whether a colleague has an account here."""
    wrong = try_to_enter(amina.email, "autre chose de long")
    unknown = try_to_enter("personne@ailleurs.example", "autre chose de long")
    assert (wrong.status_code, words(wrong)) == (unknown.status_code, words(unknown))


def test_an_account_without_membership_does_not_open(people: Cast, amina: User) -> None:
    """Having left every organisation is the same as having no account."""
    with people.chloe.acts():
        Membership.objects.filter(user=amina).update(ended_at=NOW, ended_by=people.chloe.user)
    assert try_to_enter(amina.email, PASSWORD).status_code == 200


def test_a_closed_account_does_not_open(amina: User) -> None:
    """A closed account answers like an unknown one."""
    with acting_as(keeper_of(amina)):
        User.objects.filter(pk=amina.pk).update(is_active=False)
    assert try_to_enter(amina.email, PASSWORD).status_code == 200


def test_guessing_is_slowed_down(amina: User) -> None:
    """After five wrong passwords even the right one has to wait: the guesser learns nothing."""
    for _attempt in range(5):
        assert try_to_enter(amina.email, "faux mot de passe").status_code == 200
    assert try_to_enter(amina.email, PASSWORD).status_code == 429


def test_a_guesser_elsewhere_does_not_shut_her_out(amina: User) -> None:
    """The delay is for the address that guesses, so that nobody can lock a colleague out."""
    for _attempt in range(8):
        throttle.may_try(amina.email, "203.0.113.9")
    assert try_to_enter(amina.email, PASSWORD).status_code == 302


def test_a_refused_sign_in_is_in_the_ledger_without_the_address(amina: User, committed_bodies) -> None:
    """The ledger counts refusals; it does not collect what people typed."""
    try_to_enter("secret.address@ailleurs.example", "rien de bon ici")
    assert not any(b"secret.address" in body for body in committed_bodies())


@pytest.fixture
def committed_bodies(as_role):
    def read() -> list[bytes]:
        with as_role("backup"):
            return [bytes(body) for body in Entry.objects.values_list("body", flat=True)]

    return read


def test_the_session_changes_at_sign_in(amina: User) -> None:
    """A session number planted before sign-in is worth nothing after it."""
    client = Client()
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    try_to_enter(amina.email, PASSWORD, client)
    assert client.cookies["session"].value != before


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(amina: User, target: str) -> None:
    """A link with a foreign return address cannot carry a worker to a copy of the site."""
    response = Client().post(
        reverse("accounts:sign_in"), {"email": amina.email, "password": PASSWORD, "next": target}
    )
    assert response["Location"] == "/"


def test_one_click_exists_on_a_demonstration_only(people: Cast) -> None:
    """Beside real data the door answers like any address that does not exist."""
    response = Client().post(reverse("accounts:demo_sign_in"), {"membership": people.amina.membership.pk})
    assert response.status_code == 404


def test_one_click_opens_invented_organisations_only(people: Cast, settings) -> None:
    """Even on a demonstration a real organisation cannot be entered without a password."""
    settings.REPERE_DEMO = True
    invented = member("Invention Exemple", organisation("Invention", "association", "69"), "case_worker")
    address = reverse("accounts:demo_sign_in")
    assert Client().post(address, {"membership": invented.membership.pk}).status_code == 302
    assert Client().post(address, {"membership": people.bruno.membership.pk}).status_code == 404
    assert Client().post(address, {"membership": "nonsense"}).status_code == 404


def test_the_demonstration_lists_its_cast(people: Cast, settings) -> None:
    """The sign-in page of a demonstration names who one can be: role and organisation, in the page's language."""
    settings.REPERE_DEMO = True
    member("Invention Exemple", organisation("Invention", "association", "69"), "case_worker")
    role = law.current().roles["case_worker"].label
    assert role.text("fr") != role.text("en")
    for language, other in (("fr", "en"), ("en", "fr")):
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = html.unescape(client.get(reverse("accounts:sign_in")).content.decode())
        assert role.text(language) in page
        assert role.text(other) not in page
        assert "Invention" in page
        assert "Boussole" not in page


def invitation_link() -> str:
    founders = [
        Founder("Première", "association", "Première Personne", "premiere@exemple.example", "69"),
        Founder("Seconde", "police", "Seconde Personne", "seconde@exemple.example", "69", roles=("police",)),
    ]
    token, _other = found(founders, paper_kit=True, now=datetime.now(UTC))
    return reverse("accounts:invitation", args=[token])


def test_an_invitation_works_once() -> None:
    """The first answer sets the password; a copy of the link found later opens nothing."""
    link, client = invitation_link(), Client()
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert try_to_enter("premiere@exemple.example", PASSWORD).status_code == 302


def test_the_founder_starts_with_field_work() -> None:
    """Who founds an organisation is not shut in administration."""
    client = Client()
    client.post(invitation_link(), {"password": PASSWORD, "again": PASSWORD})
    user = User.objects.get(email="premiere@exemple.example")
    assert [membership.role for membership in Membership.objects.of_user(user)] == ["case_worker", ADMINISTRATOR]


@pytest.mark.parametrize("password", ["court", "password123456", "premiere@exemple.example"])
def test_a_weak_first_password_is_refused(password: str) -> None:
    """Too short, on every attacker's list, or the address itself."""
    link = invitation_link()
    assert Client().post(link, {"password": password, "again": password}).status_code == 200
    assert not User.objects.get(email="premiere@exemple.example").has_usable_password()


def test_an_old_invitation_is_closed(time_machine) -> None:
    """A link left in a mailbox runs out after three days."""
    link = invitation_link()
    time_machine.move_to(datetime.now(UTC) + timedelta(days=3, seconds=1))
    assert Client().get(link).status_code == 404


def test_roles_of_others_cannot_be_taken(people: Cast, signed_in) -> None:
    """One acts under one's own memberships only."""
    client = signed_in(people.ines)
    response = client.post(reverse("accounts:change_role"), {"membership": people.amina.membership.pk})
    assert response.status_code == 404


def test_what_strangers_send_from_her_own_address_does_not_shut_her_out(amina: User) -> None:
    """Sixty wrong forms for nobody, from the Wi-Fi of her office: her right word opens, and a passkey may still be shown."""
    assert try_to_enter(amina.email, PASSWORD).status_code == 302
    for stranger in range(60):
        try_to_enter(f"nobody{stranger}@exemple.example", "mauvais mot")
    assert try_to_enter("other@exemple.example", "mauvais mot").status_code == 429
    assert Client().post(reverse("accounts:passkey_options")).status_code == 200
    assert Client().get("/invitation/" + "x" * 43 + "/").status_code == 404, "links are counted apart"
    assert try_to_enter(amina.email, PASSWORD).status_code == 302


def test_a_picture_on_another_site_is_counted_against_nobody(amina: User) -> None:
    picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    link = "/invitation/" + "x" * 43 + "/"
    assert {Client().get(link, headers=picture).status_code for _time in range(60)} == {403}
    frame = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert Client().get("/sign-in/", headers=frame).status_code == 403
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert Client().get(link, headers=followed).status_code == 404, "a link in a letter is followed"
    assert Client().get("/sign-in/", headers=followed).status_code == 200
