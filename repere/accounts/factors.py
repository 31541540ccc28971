"""What proves that it is she: passkeys, and for a dated time codes of an authenticator app, with ten recovery codes.

The ceremonies are those of django-allauth and python-fido2. Added here, because the library leaves them open: secrets
sealed for their user, a used code remembered in the database, a last day for codes, a row of the ledger for each change.
Everything below runs for one account, so that row-level security shows it no other account's factors, and as the house: whoever
can run SQL as that person neither takes her factors away nor adds one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, Literal
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from repere import ledger
from repere.accounts import hashing
from repere.accounts.acting import acting_as
from repere.accounts.letters import tell_of_change
from repere.accounts.models import UsedCode, User
from repere.accounts.own import keeper_of, own_actor
from repere.accounts.rootkey import root_key
from repere.core.sealing import SealBroken, new_key, seal, unseal

Type = Authenticator.Type
STEP_SECONDS = 30
APP_DIGITS = 6
PROPOSED = "new_app"
# Where each kind of factor keeps a secret; a passkey keeps a public key only.
SECRET_IN = {Type.TOTP: "secret", Type.RECOVERY_CODES: "seed"}
_whose: ContextVar[UUID | None] = ContextVar("whose_factor", default=None)


class FactorRefused(Exception):
    """`code`: wrong (which part of it is not said), codes_ended, last_factor."""

    def __init__(self, code: Literal["wrong", "codes_ended", "last_factor"] = "wrong") -> None:
        super().__init__(code)
        self.code = code

    def sentence(self) -> str:
        if self.code == "codes_ended":
            return _("Codes of an authenticator app are no longer taken. Use a passkey, or a recovery code and then make a passkey.")
        if self.code == "last_factor":
            return _("This is the only factor that opens your account. Add another one before you remove it.")
        return _("This did not open. Try again; a code works once and for about a minute.")


@contextmanager
def _of(user: User) -> Iterator[None]:
    """Seal, open and keep for this user, as the house does it for her account."""
    token = _whose.set(user.pk)
    try:
        with acting_as(keeper_of(user)):
            yield
    finally:
        _whose.reset(token)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """The library's secrets, closed under the root key and bound to their user: moved to another row they do not open."""

    def encrypt(self, text: str) -> str:
        user, key = _bound_user(), new_key()
        wrapped = root_key().wrap(key, aad=("factor_key", user))
        capsule = seal(key, {"secret": text}, aad=("factor", user))
        return ".".join(base64.urlsafe_b64encode(part).decode() for part in (wrapped, capsule))

    def decrypt(self, encrypted_text: str) -> str:
        user = _bound_user()
        try:
            wrapped, capsule = (base64.urlsafe_b64decode(part) for part in encrypted_text.split("."))
        except (ValueError, binascii.Error):
            raise SealBroken from None
        key = root_key().unwrap(wrapped, aad=("factor_key", user))
        return str(unseal(key, capsule, aad=("factor", user))["secret"])

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        # The library numbers users; ours are named by UUID, which a passkey keeps as its user handle.
        return {"id": str(user.pk).encode(), "display_name": user.name, "name": user.email}

    def get_totp_issuer(self) -> str:
        return "Repère"


def _bound_user() -> str:
    user = _whose.get()
    if user is None:
        raise RuntimeError("A factor is sealed or opened for nobody.")
    return str(user)


@dataclass(frozen=True)
class Held:
    """The factors of one account, as its own page lists them."""

    passkeys: list[Authenticator]
    app: Authenticator | None
    codes_left: int

    app_is_taken: bool

    @property
    def accepted(self) -> bool:
        return bool(self.passkeys) or (self.app is not None and self.app_is_taken)


def held_by(user: User, *, now: datetime) -> Held:
    with _of(user):
        found = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
        recovery = next((factor for factor in found if factor.type == Type.RECOVERY_CODES), None)
        left = len(RecoveryCodes(recovery).get_unused_codes()) if recovery else 0
    passkeys = [factor for factor in found if factor.type == Type.WEBAUTHN]
    return Held(passkeys, next((factor for factor in found if factor.type == Type.TOTP), None), left, codes_are_taken(now))


def codes_are_taken(now: datetime) -> bool:
    """Codes of an app can be read out to a stranger: after the declared day only passkeys are taken."""
    return bool(now.date() <= settings.TOTP_ACCEPTED_UNTIL)


def begin_passkey(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey: discoverable, and the person verified by the device."""
    with _of(user):
        return dict(webauthn.begin_registration(user, True))


def add_passkey(user: User, answer: dict[str, Any], *, name: str, now: datetime) -> list[str]:
    """Keep the passkey that the browser made. Returns fresh recovery codes if there were none, to be shown once."""
    with _of(user):
        _complete(webauthn.complete_registration, answer)
        webauthn.WebAuthn.add(user, name.strip()[:60] or _("Passkey"), answer)
        return _added(user, "passkey", now)


def propose_app(request: HttpRequest, user: User) -> str:
    """The secret of an app to be added. Until its first code is shown it waits in the session, sealed."""
    with _of(user):
        kept = request.session.get(PROPOSED)
        if kept:
            return SealedFactors().decrypt(kept)
        secret: str = totp.generate_totp_secret()
        request.session[PROPOSED] = SealedFactors().encrypt(secret)
        return secret


def forget_proposal(request: HttpRequest) -> None:
    request.session.pop(PROPOSED, None)


def app_address(user: User, secret: str) -> tuple[str, str]:
    """The otpauth address and its picture (SVG)."""
    adapter = SealedFactors()
    address: str = adapter.build_totp_url(user, secret)
    return address, str(adapter.build_totp_svg(address))


def as_image(svg: str) -> str:
    """For the src of an image: the page's rules on styles and scripts do not reach inside it."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def add_app(user: User, secret: str, code: str, *, now: datetime) -> list[str]:
    if not codes_are_taken(now):
        raise FactorRefused("codes_ended")
    with _of(user):
        step = _step_of(secret, code, now)
        if step is None or not _use(user, step, now):
            raise FactorRefused
        Authenticator.objects.filter(user=user, type=Type.TOTP).delete()
        totp.TOTP.activate(user, secret)
        return _added(user, "app", now)


def new_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Ten new codes; the old ones end. They can be read here only, once."""
    with _of(user):
        Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
        _tell(user, "renew_recovery_codes", now)
        return codes


def remove_factor(user: User, factor_id: int, *, now: datetime) -> None:
    with _of(user):
        # Two removals at once must not each believe that the other factor stays.
        User.objects.select_for_update().get(pk=user.pk)
        mine = Authenticator.objects.exclude(type=Type.RECOVERY_CODES).filter(user=user)
        chosen = mine.filter(pk=factor_id).first()
        if chosen is None:
            raise FactorRefused
        others = mine.exclude(pk=factor_id)
        if not (others.filter(type=Type.WEBAUTHN).exists() or (codes_are_taken(now) and others.exists())):
            raise FactorRefused("last_factor")
        chosen.delete()
        _tell(user, "remove_factor", now, factor=str(chosen.type))


def clear_factors(user: User, *, now: datetime) -> None:
    """Take every factor away. Only for a reset that two other people approved; the caller records who they were."""
    with _of(user):
        Authenticator.objects.filter(user=user).delete()
        _tell(user, "clear_factors", now)


def rewrap_factors(user: User) -> int:
    """Close again under the present root key what an older one closed. How many were; for the rotation of the root.

    A secret that does not open is left as it is: it lets nobody in, and the account needs a reset (`old_secrets` counts it).
    """
    with _of(user):
        adapter, changed = SealedFactors(), 0
        for factor in Authenticator.objects.select_for_update().filter(user=user, type__in=SECRET_IN):
            field = SECRET_IN[factor.type]
            if _is_under_present_root(factor.data[field]) or not _opens(adapter, factor.data[field]):
                continue
            factor.data[field] = adapter.encrypt(adapter.decrypt(factor.data[field]))
            factor.save(update_fields=["data"])
            changed += 1
        held = User.objects.select_for_update().get(pk=user.pk).password
        if hashing.is_under_older_root(held) and hashing.opens(held):
            User.objects.filter(pk=user.pk).update(password=hashing.rewrapped(held))
            changed += 1
        if changed:
            ledger.record(own_actor(user), "rewrap_factors", kind="system", detail={"user": user.pk, "factors": changed})
    return changed


def old_secrets(user: User) -> tuple[int, int]:
    """How many of the account's secrets, its password's key among them, an older root key closed: those that open, those that do not."""
    with _of(user):
        adapter = SealedFactors()
        factors = Authenticator.objects.filter(user=user, type__in=SECRET_IN)
        old = [secret for factor in factors if not _is_under_present_root(secret := factor.data[SECRET_IN[factor.type]])]
        opening, count = sum(_opens(adapter, secret) for secret in old), len(old)
        if hashing.is_under_older_root(user.password):
            opening, count = opening + hashing.opens(user.password), count + 1
    return opening, count - opening


def _is_under_present_root(secret: str) -> bool:
    try:
        return root_key().is_present(base64.urlsafe_b64decode(secret.split(".")[0]))
    except (binascii.Error, SealBroken):
        return False


def _opens(adapter: SealedFactors, secret: str) -> bool:
    try:
        adapter.decrypt(secret)
    except SealBroken:
        return False
    return True


def ask_passkey(user: User | None = None) -> dict[str, Any]:
    """What the browser needs to show a passkey: any of this site's, or one of this user's."""
    if user is None:
        return dict(webauthn.begin_authentication())
    with _of(user):
        return dict(webauthn.begin_authentication(user))


def owner_of_passkey(answer: dict[str, Any]) -> User | None:
    """Whom a discoverable passkey names. Nothing is proved yet."""
    try:
        handle = str(answer["response"]["userHandle"])
        named = UUID(base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4)).decode())
    except (KeyError, TypeError, ValueError):
        return None
    found: User | None = User.objects.filter(pk=named, is_active=True).first()
    return found


def check_passkey(user: User, answer: dict[str, Any]) -> None:
    with _of(user):
        factor = _complete(lambda given: webauthn.complete_authentication(user, given), answer)
        factor.record_usage()


def check_app_code(user: User, code: str, *, now: datetime) -> None:
    """A right code opens once, in whichever process it is seen first."""
    with _of(user):
        factor = Authenticator.objects.filter(user=user, type=Type.TOTP).first()
        if factor is None:
            raise FactorRefused
        step = _step_of(SealedFactors().decrypt(factor.data["secret"]), code, now)
        if step is None or not _use(user, step, now):
            raise FactorRefused
        if not codes_are_taken(now):
            raise FactorRefused("codes_ended")
        factor.record_usage()


def use_recovery_code(user: User, code: str, *, now: datetime) -> None:
    with _of(user):
        factor = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
        if factor is None or not RecoveryCodes(factor).validate_code(code):
            raise FactorRefused
        _tell(user, "use_recovery_code", now)


def _complete(ceremony: Any, answer: dict[str, Any]) -> Any:
    # python-fido2 raises what its parsers raise: a forged answer must end in one refusal, not in a broken page.
    try:
        return ceremony(answer)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError, InvalidSignature) as error:
        raise FactorRefused from error


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The thirty-second step (RFC 6238) the code belongs to, one step of tolerance on each side."""
    digits, step = "".join(code.split()), int(now.timestamp()) // STEP_SECONDS
    for near in (step, step - 1, step + 1):
        if compare_digest(totp.format_hotp_value(totp.hotp_value(secret, near)).encode(), digits.encode()):
            return near
    return None


def _use(user: User, step: int, now: datetime) -> bool:
    """The unique row decides between two processes; rows too old to matter go."""
    made = UsedCode.objects.filter(user=user)
    made.filter(used_at__lt=now - timedelta(days=1)).delete()
    try:
        with transaction.atomic():
            UsedCode.objects.create(user=user, step=step, used_at=now)
    except IntegrityError:
        return False
    return True


def _added(user: User, what: str, now: datetime) -> list[str]:
    _tell(user, "add_factor", now, factor=what)
    if Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).exists():
        return []
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def _tell(user: User, act: str, now: datetime, **detail: str) -> None:
    ledger.record(own_actor(user), act, detail={"user": user.pk, **detail})
    tell_of_change(user, now=now)
