"""Signing in through an identity provider (OpenID Connect), such as ProConnect. It replaces the password, never the factor.

The provider says who somebody is, and nothing more: an account opens only if a vetted organisation invited that person.
Tokens and the signed user information (ProConnect answers with a JWT) are verified with PyJWT: signature, issuer, audience,
nonce, level. django-allauth's client reads user information as plain JSON, so it is not used here.
Sources: OpenID Connect Core 1.0, sections 3.1.3.7 and 5.3; RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from django.conf import settings

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.letters import tell_of_change
from repere.accounts.models import OutsideIdentity, User
from repere.accounts.own import keeper_of, own_actor

ALGORITHMS = ["RS256", "PS256", "ES256"]
SCOPE = "openid email"
TIMEOUT_SECONDS = 5
LONGEST_ANSWER = 256 * 1024
CLOCK_LEEWAY_SECONDS = 30


class OutsideRefused(Exception):
    """What the provider answered cannot be relied on. The reason is for the log, not for the page."""


@dataclass(frozen=True)
class Provider:
    issuer: str
    client: str
    secret: str
    levels: tuple[str, ...]
    """Accepted values of `acr`; empty when the installation asks for none."""


@dataclass(frozen=True)
class Departure:
    """What must be known again when the person comes back: sealed in her browser, never in an address."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    issuer: str
    subject: str

    @property
    def subject_hash(self) -> bytes:
        return hmac.new(settings.SECRET_KEY.encode(), f"outside {self.issuer} {self.subject}".encode(), sha256).digest()


def configured() -> Provider | None:
    given: dict[str, Any] | None = settings.REPERE_OIDC
    return Provider(given["issuer"], given["client"], given["secret"], tuple(given["levels"])) if given else None


def depart(provider: Provider, back: str) -> Departure:
    where = _endpoint(_discovered(provider), "authorization_endpoint")
    state, nonce, verifier = (secrets.token_urlsafe(32) for _part in range(3))
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": provider.client, "redirect_uri": back, "scope": SCOPE, "state": state, "nonce": nonce,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    if provider.levels:
        asked["acr_values"] = " ".join(provider.levels)
        asked["claims"] = json.dumps({"id_token": {"acr": {"essential": True, "values": list(provider.levels)}}})
    return Departure(f"{where}?{urlencode(asked)}", state, nonce, verifier)


def arrive(provider: Provider, *, code: str, verifier: str, nonce: str, back: str) -> Identity:
    """Trade the code for tokens and check everything that they and the user information claim."""
    told = _discovered(provider)
    tokens = _json(
        requests.post(
            _endpoint(told, "token_endpoint"),
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier},
            auth=(provider.client, provider.secret), timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True,
        )
    )  # fmt: skip
    keys = _keys(told)
    claims = _verified(str(tokens.get("id_token", "")), keys, provider, require=["exp", "iat", "sub", "nonce"])
    if not hmac.compare_digest(str(claims["nonce"]), nonce):
        raise OutsideRefused("nonce")
    if provider.levels and claims.get("acr") not in provider.levels:
        raise OutsideRefused("acr")
    about = _user_information(told, str(tokens.get("access_token", "")), keys, provider)
    if about["sub"] != claims["sub"]:
        raise OutsideRefused("subject")
    return Identity(provider.issuer, str(claims["sub"]))


def _user_information(told: dict[str, Any], access: str, keys: jwt.PyJWKSet, provider: Provider) -> dict[str, Any]:
    answer = requests.get(
        _endpoint(told, "userinfo_endpoint"), headers={"Authorization": f"Bearer {access}", "Accept": "application/jwt"},
        timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True,
    )  # fmt: skip
    if answer.headers.get("Content-Type", "").split(";")[0].strip() != "application/jwt":
        raise OutsideRefused("unsigned user information")
    return _verified(_body(answer).decode("ascii", "replace").strip(), keys, provider, require=["sub"])


def _verified(token: str, keys: jwt.PyJWKSet, provider: Provider, *, require: list[str]) -> dict[str, Any]:
    try:
        named = jwt.get_unverified_header(token).get("kid")
        # A provider with a single key need not name it (OpenID Connect Core, 10.1).
        key = keys.keys[0] if named is None and len(keys.keys) == 1 else keys[str(named)]
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=ALGORITHMS, audience=provider.client, issuer=provider.issuer, leeway=CLOCK_LEEWAY_SECONDS,
            options={"require": ["iss", "aud", *require]},
        )  # fmt: skip
    except (jwt.PyJWTError, KeyError) as error:
        raise OutsideRefused(type(error).__name__) from None
    # With several audiences the token must also say that it was issued to us.
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client:
        raise OutsideRefused("azp")
    return claims


def _discovered(provider: Provider) -> dict[str, Any]:
    told = _json(_get(f"{provider.issuer}/.well-known/openid-configuration"))
    if told.get("issuer") != provider.issuer:
        raise OutsideRefused("issuer")
    return told


def _keys(told: dict[str, Any]) -> jwt.PyJWKSet:
    try:
        return jwt.PyJWKSet.from_dict(_json(_get(_endpoint(told, "jwks_uri"))))
    except jwt.PyJWTError as error:
        raise OutsideRefused(type(error).__name__) from None


def _endpoint(told: dict[str, Any], name: str) -> str:
    """Only https, except on this very machine."""
    address = str(told.get(name, ""))
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")):
        raise OutsideRefused(name)
    return address


def _get(address: str) -> requests.Response:
    return requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True)


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        told = json.loads(_body(answer))
    except ValueError:
        raise OutsideRefused("not JSON") from None
    if not isinstance(told, dict):
        raise OutsideRefused("not an object")
    return told


def _body(answer: requests.Response) -> bytes:
    with answer:
        if answer.status_code != 200:
            raise OutsideRefused(f"status {answer.status_code}")
        body: bytes = answer.raw.read(LONGEST_ANSWER + 1, decode_content=True)
    if len(body) > LONGEST_ANSWER:
        raise OutsideRefused("too long")
    return body


def account_of(identity: Identity) -> User | None:
    known = OutsideIdentity.objects.filter(issuer=identity.issuer, subject_hash=identity.subject_hash).first()
    return User.objects.filter(pk=known.user_id, is_active=True).first() if known else None


def link(user: User, identity: Identity, *, now: datetime) -> None:
    """Tie an account that an organisation made to a person at the provider. One person there, one account here."""
    with acting_as(keeper_of(user)):
        made, is_new = OutsideIdentity.objects.get_or_create(
            issuer=identity.issuer, subject_hash=identity.subject_hash, defaults={"user": user, "linked_at": now}
        )
        if made.user_id != user.pk:
            raise OutsideRefused("linked to another account")
        if is_new:
            ledger.record(own_actor(user), "link_outside_identity", detail={"user": user.pk})
            tell_of_change(user, now=now)


def is_linked(user: User) -> bool:
    return OutsideIdentity.objects.filter(user=user).exists()


def unlink(user: User, *, now: datetime) -> int:
    with acting_as(keeper_of(user)):
        removed, _kinds = OutsideIdentity.objects.filter(user=user).delete()
        if removed:
            ledger.record(own_actor(user), "unlink_outside_identity", detail={"user": user.pk})
            tell_of_change(user, now=now)
    return removed
