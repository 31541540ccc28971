"""Pages about the tool and the law; what every page keeps to itself; what is said when something goes wrong."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from repere.cases import mechanisms
from repere.web import errors, law
from tests.cases.story import concern
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "repere").rglob("templates/**/*.html"))
TOLD_BY_TITLES = re.compile(r"victim|traite|traffick|exploit|prostitu|police", re.IGNORECASE)


ABOUT_THE_LAW = ["/rules/", "/rules/?q=recepisse", "/sources/", "/mechanism/", "/about/", "/help/", "/mechanism/?mechanism=be"]


@pytest.mark.parametrize("address", ABOUT_THE_LAW)
@pytest.mark.parametrize("member", ["amina", "odile"])
def test_pages_of_the_rule_book(signed_in: SignIn, people: Cast, address: str, member: str) -> None:
    page = signed_in(getattr(people, member)).get(address)
    assert page.status_code == 200
    title = re.search(r"<title>(.*?)</title>", page.content.decode())
    assert title is not None
    assert not TOLD_BY_TITLES.search(title[1])


@pytest.mark.parametrize("name", law.names())
def test_every_rule_can_be_opened(signed_in: SignIn, people: Cast, name: str) -> None:
    """Text in plain words, source, since when, how sure, examples: for each rule of each mechanism."""
    client = signed_in(people.amina)
    mechanism = law.mechanism_named(name)
    for rule_id in list(mechanism.rules)[:: max(1, len(mechanism.rules) // 25)]:
        page = client.get(f"/rules/{rule_id}/", {"mechanism": name})
        assert page.status_code == 200, rule_id
        assert mechanism.rules[rule_id].label.text("fr").replace("'", "&#x27;") in page.content.decode().replace("&#39;", "&#x27;")


def test_every_page_of_a_mechanism_carries_its_banner(signed_in: SignIn, people: Cast) -> None:
    for address in ("/mechanism/?mechanism=uk", "/rules/common.presumed/?mechanism=uk"):
        assert "banner" in str(law.mechanism_named("uk").layers)
        first = law.mechanism_named("uk").banners[-1].text("fr")
        assert first[:30].replace("'", "&#x27;") in signed_in(people.amina).get(address).content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("L.425-1", "fr.residence_permit_complaint"),
        ("l 425-1", "fr.residence_permit_complaint"),
        ("L.316-1", "fr.residence_permit_complaint"),
        ("316-1", "fr.residence_permit_complaint"),
        ("carte de sejour plainte", "fr.residence_permit_complaint"),
        ("PLAINTE TÉMOIGNAGE", "fr.residence_permit_complaint"),
        ("residence card testimony", "fr.residence_permit_complaint"),
    ],
)
def test_a_jurist_finds_a_rule(asked: str, found: str) -> None:
    """By article, by its former number, by words in either language, with or without accents."""
    assert found in [rule.id for rule in law.search_rules(law.mechanism_named("fr"), asked)]


def test_an_article_number_matches_whole() -> None:
    """L.425-1 is not L.425-11."""
    for rule in law.search_rules(law.mechanism_named("fr"), "L.425-11"):
        assert rule.id != "fr.residence_permit_complaint"
    assert law.search_rules(law.mechanism_named("fr"), "L.999-99") == []


def test_unknown_names_are_not_found(signed_in: SignIn, people: Cast) -> None:
    for address in ("/rules/no.such/", "/sources/no.such/", "/rules/?mechanism=xx"):
        assert signed_in(people.amina).get(address).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "answer", [errors.bad_request, errors.forbidden, errors.not_found, errors.gone, errors.failed, errors.csrf_failure]
)
def test_what_went_wrong_is_said(answer: Callable[..., object], language: str) -> None:
    """What happened, what was kept, what to do: in the reader's language, and nothing about the inside."""
    with translation.override(language):
        page = answer(RequestFactory().get("/"))
        text = page.content.decode()  # type: ignore[attr-defined]
    headings = ("Ce qui s", "Ce qui est gardé", "Que faire") if language == "fr" else ("What happened", "What was kept", "What to do")
    assert all(heading in text for heading in headings)
    assert "Traceback" not in text


def test_the_language_is_kept(signed_in: SignIn, people: Cast) -> None:
    """With the account when somebody is signed in, in a cookie before; and never for another site."""
    client = signed_in(people.amina)
    assert client.post("/language/", {"language": "en", "next": "/about/"})["Location"] == "/about/"
    assert b"About Rep" in client.get("/about/").content
    assert client.post("/language/", {"language": "fr", "next": "https://example.org/"})["Location"] == "/"
    anonymous = Client()
    anonymous.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert b"Sign in" in anonymous.get("/sign-in/").content


def test_no_page_holds_style_or_script_of_its_own() -> None:
    """The policy on contents forbids them; so does the look: everything stands in one file of tokens."""
    wrong = re.compile(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|https?://(?!www\.w3\.org)")
    assert [(path.name, found[0]) for path in PAGES if (found := wrong.search(path.read_text()))] == []


def test_no_page_asks_a_question_of_the_database() -> None:
    """Templates hold no rule and no query."""
    wrong = re.compile(r"\.objects|\.all\b|_set\b|\.filter\b|\.count\(")
    assert [(path.name, found[0]) for path in PAGES if (found := wrong.search(path.read_text()))] == []


def test_every_template_is_used() -> None:
    """A page nobody shows is thrown away."""
    said = "".join(path.read_text() for path in [*PAGES, *(ROOT / "repere").rglob("*.py")])
    names = [str(path).split("/templates/", 1)[1] for path in PAGES]
    assert [name for name in names if f'"{name}"' not in said] == []


def test_what_is_vendored_has_its_licence() -> None:
    static = ROOT / "repere" / "web" / "static"
    assert "SIL OPEN FONT LICENSE" in (static / "fonts" / "OFL.txt").read_text()
    notice = (static / "vendor" / "NOTICE.md").read_text()
    for file in static.glob("vendor/*.js"):
        assert file.name in notice
    assert "Mozilla" in (ROOT / "tests" / "browser" / "vendor" / "axe.LICENSE").read_text()


def test_colours_are_readable() -> None:
    """Ink, quiet ink, accent and the four signals on paper and on their own ground: 4.5 to 1 at least, light and dark."""
    css = (ROOT / "repere" / "web" / "static" / "css" / "repere.css").read_text()
    schemes = re.findall(r"--paper: (?:.|\n)*?--open-soft: #\w{6};", css)
    assert len(schemes) == 2
    for scheme in schemes:
        tokens = dict(re.findall(r"--([a-z-]+): (#\w{6})", scheme))
        for ink in ("ink", "ink-soft", "accent", "overdue", "due", "waiting", "open"):
            for ground in ("paper", "sheet", "sunk", *([f"{ink}-soft"] if f"{ink}-soft" in tokens and ink != "ink" else [])):
                assert contrast(tokens[ink], tokens[ground]) >= 4.5, (ink, ground)
        assert contrast(tokens["on-accent"], tokens["accent"]) >= 4.5
        assert contrast(tokens["line-strong"], tokens["paper"]) >= 3


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_an_administrator_lands_on_a_page_that_says_what_she_may_do(signed_in: SignIn, people: Cast) -> None:
    """And who works there; of the files not even that they exist."""
    case = concern(people.amina.actor)
    client = signed_in(people.chloe)
    answer = client.get("/")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "Vous vous occupez des comptes" in page
    assert "Amina Exemple" in page
    assert "Gestion des comptes" in page
    assert "Bruno Exemple" not in page, "of her own organisation only"
    assert case.code not in page
    assert case.pseudonym not in page
    assert 'href="/entries/new/"' not in page
    for closed in ("/entries/new/", "/notices/", f"/cases/{case.code}/"):
        assert client.get(closed).status_code == 403
    assert "Vous vous occupez des comptes" not in signed_in(people.ines).get("/").content.decode()


def test_the_rule_book_is_loaded_once_for_pages_and_cases() -> None:
    assert law.mechanism_named("fr") is mechanisms.named("fr")
