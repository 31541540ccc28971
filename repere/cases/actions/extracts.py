"""An extract with names: one asks, another approves what is frozen, who asked makes it once and fetches it once."""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pyrage
from django.utils.translation import gettext as _

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey, ensure_key_pair, open_for, public_key
from repere.cases.access import works_on_files
from repere.cases.actions.canaries import make_canary
from repere.cases.evaluation import acting_organisation
from repere.cases.exports import marks, tables
from repere.cases.exports.columns import ALWAYS, COLUMNS
from repere.cases.exports.gathering import Gathered, Wanted, digest, gather
from repere.cases.handover.queries import whole_team_follows
from repere.cases.models import Case, Extract
from repere.cases.models.extract import APPROVED, ASKED, ENDED, FETCHED, FORMATS, READY, REFUSED, VOID
from repere.cases.policy import load_policy
from repere.cases.policy.reading import ASSIGNED
from repere.cases.refusals import NotVisible, Refused
from repere.core.boxes import close_box
from repere.core.codes import new_code
from repere.core.sealing import SealBroken
from repere.directory.models import WORKING, Organisation
from repere.ledger.canonical import canonical

APPROVED_HOURS = 24
KEPT_DAYS = 7
PASSPHRASE_BYTES = 20


def ask_extract(wanted: Wanted, *, why: str, form: str, acting: Actor, now: datetime) -> Extract:
    """Freeze what would leave: files, columns, values, receiver, purpose. Nothing leaves until another person approves it."""
    with acting_as(acting):
        me = _may_let_out(acting)
        assert acting.user_id is not None
        if not why.strip():
            raise Refused("why_needed", field="why")
        wanted = Wanted(wanted.receiver, wanted.purpose, _columns(wanted.columns), wanted.territory, wanted.still_open)
        _check_receiver(wanted.receiver, me, form)
        gathered = gather(wanted, but=_decoys(acting), acting=acting)
        if not gathered.rows:
            raise Refused("extract_empty", value=str(gathered.left_out))
        row = Extract(
            id=uuid4(), serial=new_code(), organisation_id=me, receiver_id=wanted.receiver, purpose=wanted.purpose,
            columns=list(wanted.columns), format=form, rows=len(gathered.rows), asked_by_id=acting.user_id, asked_at=now,
        )  # fmt: skip
        seed = marks.new_seed()
        decoy = _decoy_row(wanted, gathered, acting=acting, now=now)
        row.digest = digest(seed, wanted, gathered)
        row.frozen = _close(row, "frozen", {"why": why.strip(), "codes": sorted(gathered.rows), "filter": _filter(wanted)})
        row.mark = _close(row, "mark", {"seed": base64.b64encode(seed).decode(), "decoy": decoy})
        row.save(force_insert=True)
        _record("ask_extract", row, acting, gathered, files=len(gathered.rows), columns=row.columns, left_out=gathered.left_out)
    return row


def decide_extract(row: Extract | UUID, *, approve: bool, acting: Actor, now: datetime) -> Extract:
    """Another person of the organisation lets it out, or not."""
    with acting_as(acting):
        _may_let_out(acting)
        row = _seen(row, acting)
        if row.asked_by_id == acting.user_id:
            raise Refused("extract_needs_another")
        row = _locked(row, ASKED, acting)
        if now >= row.asked_at + timedelta(days=KEPT_DAYS):
            raise Refused("extract_step")
        row.state, row.decided_by_id, row.decided_at = (APPROVED if approve else REFUSED), acting.user_id, now
        row.save(update_fields=["state", "decided_by", "decided_at"])
        _record("approve_extract" if approve else "refuse_extract", row, acting)
    return row


def make_extract(row: Extract | UUID, *, acting: Actor, now: datetime) -> tuple[Extract, str]:
    """Seal the file, once, if everything is still as it was frozen; else it is void and the row says so.

    Returns the row and the passphrase of a file for one's own use, which is kept nowhere; "" for another organisation, whose
    key opens it. Only who asked may call it, within a day of the approval.
    """
    with acting_as(acting):
        row = _mine(row, APPROVED, acting)
        wanted, _frozen, mark = read_extract(row)
        if row.decided_at is None or now >= row.decided_at + timedelta(hours=APPROVED_HOURS):
            return _close_as(row, ENDED, "end_extract", acting, now), ""
        try:
            _check_receiver(row.receiver_id, row.organisation_id, row.format)
            gathered = gather(wanted, but=_decoys(acting), acting=acting)
        except Refused:
            return _close_as(row, VOID, "void_extract", acting, now), ""
        seed = base64.b64decode(mark["seed"])
        if not secrets.compare_digest(digest(seed, wanted, gathered), bytes(row.digest)):
            return _close_as(row, VOID, "void_extract", acting, now), ""
        content = _content(row, gathered, seed, mark["decoy"], acting, now)
        passphrase = "" if row.receiver_id != row.organisation_id else secrets.token_urlsafe(PASSPHRASE_BYTES)
        row.file = pyrage.passphrase.encrypt(content, passphrase) if passphrase else _for_receiver(row, content)
        row.state = READY
        row.save(update_fields=["file", "state"])
        _record("make_extract", row, acting, gathered)
    return row, passphrase


def fetch_extract(row: Extract | UUID, *, acting: Actor, now: datetime) -> tuple[Extract, bytes]:
    """Hand over the sealed file and forget it. There is no second time."""
    with acting_as(acting):
        row = _mine(row, READY, acting)
        _check_receiver(row.receiver_id, row.organisation_id, row.format)
        data = bytes(row.file or b"")
        row.file, row.state, row.fetched_at, row.closed_at = None, FETCHED, now, now
        row.save(update_fields=["file", "state", "fetched_at", "closed_at"])
        persons = _persons(read_extract(row)[1]["codes"], acting)
        ledger.record(acting, "fetch_extract", subjects=persons, detail={"extract": row.pk, "serial": row.serial, "to": row.receiver_id})
    return row, data


def open_received(data: bytes, *, acting: Actor, now: datetime) -> tuple[str, bytes]:
    """Open a file that another organisation sealed for this one. Returns its format ("csv" or "xlsx") and its bytes."""
    with acting_as(acting):
        me = _may_let_out(acting)
        head, _line, box = data.partition(b"\n")
        serial = head.decode("ascii", errors="replace")
        try:
            content = open_for(me, box, aad=_binding(serial))
        except (NoKey, SealBroken):
            raise Refused("extract_does_not_open", field="file") from None
        ledger.record(acting, "open_extract", kind="look", detail={"serial": serial})
    return ("xlsx" if content[:4] == b"PK\x03\x04" else "csv"), content


def end_extracts(*, now: datetime) -> int:
    """For the nightly job: what is older than seven days keeps its serial and its mark, nothing else. Returns how many ended."""
    acting = Actor.system("extracts")
    with acting_as(acting):
        old = Extract.objects.visible_to(acting).filter(asked_at__lte=now - timedelta(days=KEPT_DAYS)).exclude(frozen=None)
        ended = 0
        for row in old.select_for_update(of=("self",)):
            row.frozen, row.file, row.closed_at = None, None, row.closed_at or now
            row.state = row.state if row.state in (FETCHED, REFUSED, VOID) else ENDED
            row.save(update_fields=["frozen", "file", "closed_at", "state"])
            ledger.record(acting, "end_extract", kind="system", detail={"extract": row.pk, "serial": row.serial})
            ended += 1
    return ended


# ---- the pieces


def read_extract(row: Extract) -> tuple[Wanted, dict[str, Any], dict[str, Any]]:
    """What was asked, what is frozen (why, codes, filter), and the mark (seed, decoy). Only its own organisation opens it."""
    nothing: dict[str, Any] = {"why": "", "codes": [], "filter": {}}
    frozen = _open(row, "frozen", bytes(row.frozen)) if row.frozen else nothing
    chosen = frozen["filter"]
    wanted = Wanted(
        row.receiver_id, row.purpose, tuple(row.columns), chosen.get("territory", ""), bool(chosen.get("still_open", True))
    )  # fmt: skip
    return wanted, frozen, _open(row, "mark", bytes(row.mark))


def _may_let_out(acting: Actor) -> UUID:
    me = acting_organisation(acting)
    if acting.user_id is None or not works_on_files(acting) or "may_share" not in load_policy().held(acting.role, ASSIGNED):
        raise NotVisible
    return me


def _columns(chosen: tuple[str, ...]) -> tuple[str, ...]:
    for name in chosen:
        if name not in COLUMNS:
            raise Refused("unknown_field", field="columns", value=name)
    return tuple(name for name in COLUMNS if name in chosen or name in ALWAYS)


def _check_receiver(receiver: UUID, me: UUID, form: str) -> None:
    if form not in FORMATS:
        raise Refused("not_in_list", field="form", value=form, expected=", ".join(FORMATS))
    if receiver == me:
        return
    body = Organisation.objects.filter(pk=receiver).first()
    if body is None or body.state not in WORKING:
        raise Refused("unknown_organisation", field="receiver")
    if body.state != Organisation.State.ACTIVE:
        raise Refused("receiver_on_probation", field="receiver")
    try:
        public_key(receiver)
    except NoKey:
        raise Refused("extract_no_key", field="receiver") from None


def _filter(wanted: Wanted) -> dict[str, Any]:
    return {"territory": wanted.territory, "still_open": wanted.still_open}


def _decoys(acting: Actor) -> frozenset[str]:
    """Codes of the files about nobody that extracts of this organisation brought with them."""
    found = set()
    for row in Extract.objects.visible_to(acting):
        with suppress(NoKey, SealBroken):  # closed for a pair of keys that is gone: nothing can be traced to it any more
            found.add(read_extract(row)[2]["decoy"]["code"])
    return frozenset(found)


def _decoy_row(wanted: Wanted, gathered: Gathered, *, acting: Actor, now: datetime) -> dict[str, str]:
    """A file about nobody, of this extract alone, as its row will say it: where others are, and open among open ones.

    Where files are followed by name it is closed all the same: everybody would be told each night of an open one that nobody follows.
    """
    name = marks.new_decoy()
    maker = Actor(user_id=None, organisation_id=acting.organisation_id, role=acting.role, kind="system", label="system:lists")
    places = Case.objects.visible_to(acting, own=True).filter(person__in=gathered.persons.values()).values_list("territory", flat=True)
    made = make_canary(
        name, jurisdiction="FR", territory=secrets.choice(list(places)), role=acting.role, acting=maker, now=now,
        still_open=wanted.still_open and whole_team_follows(acting),
    )  # fmt: skip
    known = {"code": made.code, "opened_on": made.opened_on.isoformat(), "territory": made.territory, **name}
    return {column: known.get(column, "") for column in wanted.columns}


def _content(row: Extract, gathered: Gathered, seed: bytes, decoy: dict[str, str], acting: Actor, now: datetime) -> bytes:
    rows = {**gathered.rows, decoy["code"]: [decoy[name] for name in row.columns]}
    body = [rows[code] for code in marks.in_order(seed, rows)]
    foot = f"{acting.label} · {now.date().isoformat()} · {row.serial}"
    heads = [str(COLUMNS[name].header) for name in row.columns]
    return tables.table([heads, *body, [foot, _("For the receiver named in the request alone.")]], row.format, foot=foot)


def _for_receiver(row: Extract, content: bytes) -> bytes:
    """The serial on a line of its own, then a box that only the receiver's key opens."""
    return row.serial.encode() + b"\n" + close_box(public_key(row.receiver_id), content, aad=_binding(row.serial))


def _binding(serial: str) -> tuple[str, ...]:
    return ("cases_extract", "file", serial)


def _close(row: Extract, part: str, payload: dict[str, Any]) -> bytes:
    return close_box(ensure_key_pair(row.organisation_id), canonical(payload), aad=("cases_extract", str(row.pk), part))


def _open(row: Extract, part: str, box: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(open_for(row.organisation_id, box, aad=("cases_extract", str(row.pk), part)))
    return found


def _seen(row: Extract | UUID, acting: Actor) -> Extract:
    wanted = row.pk if isinstance(row, Extract) else row
    found = Extract.objects.visible_to(acting).filter(pk=wanted).first()
    if found is None or acting.user_id is None:
        raise NotVisible
    return found


def _locked(row: Extract, state: str, acting: Actor) -> Extract:
    """Read again under a lock: of two who come at once the second finds another state. The database locks only what may be changed."""
    found = Extract.objects.visible_to(acting).filter(pk=row.pk, state=state).select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("extract_step")
    return found


def _mine(row: Extract | UUID, state: str, acting: Actor) -> Extract:
    _may_let_out(acting)
    found = _seen(row, acting)
    if found.asked_by_id != acting.user_id:
        raise NotVisible
    return _locked(found, state, acting)


def _close_as(row: Extract, state: str, act: str, acting: Actor, now: datetime) -> Extract:
    row.state, row.closed_at = state, now
    row.save(update_fields=["state", "closed_at"])
    _record(act, row, acting)
    return row


def _persons(codes: list[str], acting: Actor) -> list[UUID]:
    return list(Case.objects.visible_to(acting, own=True).filter(code__in=codes).values_list("person_id", flat=True))


def _record(act: str, row: Extract, acting: Actor, gathered: Gathered | None = None, **detail: object) -> None:
    told = {"extract": row.pk, "serial": row.serial, "to": row.receiver_id, "purpose": row.purpose, **detail}
    ledger.record(acting, act, subjects=gathered.persons.values() if gathered else (), detail=told)
