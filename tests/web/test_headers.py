"""The contract of headers: what holds for every answer, byte for byte."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from repere.web.middleware import PERMISSIONS_POLICY, HeadersMiddleware

pytestmark = pytest.mark.django_db

CONTRACT = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    # Other sites learn nothing; our own forms keep the origin that the check against forged forms needs.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
POLICY = {
    "default-src 'none'",
    "script-src 'nonce-X' 'strict-dynamic'",
    "style-src 'self' 'nonce-X'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
}
ADDRESSES = ["/sign-in/", "/nothing-here/", "/invitation/nonsense/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_keeps_the_contract(address: str) -> None:
    """A page that works and a page that does not leave equally little behind."""
    headers = Client().get(address).headers
    assert {name: headers.get(name) for name in CONTRACT} == CONTRACT


@pytest.mark.parametrize("address", ADDRESSES)
def test_scripts_come_with_this_answers_number(address: str) -> None:
    """What an attacker writes into a page does not run: the number changes with every answer."""
    policies = [Client().get(address).headers["Content-Security-Policy"] for _ in range(2)]
    numbers = [set(re.findall(r"'nonce-([^']+)'", policy)) for policy in policies]
    assert len(numbers[0]) == 1
    assert numbers[0] != numbers[1]
    assert {part.strip() for part in re.sub(r"nonce-[^']+", "nonce-X", policies[0]).split(";")} == POLICY


def test_cookies_stay_with_the_site() -> None:
    """Scripts cannot read them, other sites cannot send them."""
    for cookie in Client().get("/sign-in/").cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"


def test_only_static_files_may_be_kept() -> None:
    """A view that asks to be kept is not obeyed, validators included."""
    kept = HeadersMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60, public"}))
    page = HeadersMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "public", "ETag": '"1"'}))
    assert kept(None).headers["Cache-Control"] == "max-age=60, public"
    assert page(None).headers["Cache-Control"] == "no-store"
    assert "ETag" not in page(None).headers


def test_a_foreign_host_name_is_refused() -> None:
    """Links are never built from a name that somebody else chose."""
    assert Client().get("/sign-in/", headers={"host": "elsewhere.example"}).status_code == 400
