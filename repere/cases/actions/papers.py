"""Papers of a file: taken when clean, closed until scanned, opened one at a time, removed by who brought them."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Sum

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import mechanisms, sealed
from repere.cases.access import standing, visible_case_by_id
from repere.cases.actions.by_the_house import house
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Paper
from repere.cases.models.paper import CLEAN, QUARANTINE
from repere.cases.refusals import NotVisible, Refused
from repere.cases.uploads import limits
from repere.cases.uploads.child import cleaned
from repere.cases.uploads.scanner import NoScanner, is_clean

PAPER = "cases_paper"
TITLE = "narrative"
KEEPING = "papers"
"""Papers are taken, released and removed by the house, after the verb asked who may and what the scanner says."""
LONGEST_TITLE = 80


def attach_paper(case: Case, *, data: bytes, title: str, group: str, acting: Actor, now: datetime) -> Paper:
    """Keep a cleaned copy under a key of its own; the original is not kept. Without a scanner it stays closed until one answers."""
    with acting_as(acting):
        case, me = visible_case_by_id(acting, case.pk), acting_organisation(acting)
        held = standing(acting, case)
        if case.organisation_id != me or acting.user_id is None:
            raise NotVisible
        if group not in mechanisms.named(case.mechanism).groups or group not in held.words:
            raise Refused("unknown_group", field="group", value=group)
        _check_size(data, acting, now)
        scanned = _scanned(data)
        found = cleaned(data)
        paper = Paper(
            id=uuid4(), case=case, person_id=case.person_id, owner_id=me, data_group=group, kind=found.kind, size=len(found.data),
            pages=found.pages, state=CLEAN if scanned else QUARANTINE, scanned_at=now if scanned else None, user_id=acting.user_id,
            received_at=now,
        )  # fmt: skip
        paper.tier = f"file:{paper.pk}"
        ring = sealed.KeyRing(person_key(case.person_id, me))
        paper.title = ring.seal(PAPER, paper.pk, TITLE, {"title": title.strip()[:LONGEST_TITLE]})
        paper.blob = ring.seal(PAPER, paper.pk, paper.tier, {"file": base64.b85encode(found.data).decode("ascii")})
        with acting_as(house(acting, KEEPING)):
            paper.save(force_insert=True)
        _record("attach_paper", paper, acting, group=group, kind=paper.kind, size=paper.size, state=paper.state)
    return paper


def open_paper(paper: Paper | UUID, *, acting: Actor, now: datetime) -> tuple[Paper, bytes]:
    """The file, for somebody who may see its data group now. One that waits is scanned first.

    Raises Refused("paper_waits") without a scanner, Refused("paper_infected") for what it found: then the paper stays closed.
    """
    with acting_as(acting):
        paper = _visible(paper, acting)
        ring = sealed.KeyRing(person_key(paper.person_id, acting_organisation(acting)))
        opened = ring.unseal(PAPER, paper.pk, paper.tier, bytes(paper.blob))
        data = base64.b85decode(opened["file"])
        if paper.state != CLEAN:
            if not _scanned(data):
                raise Refused("paper_waits")
            paper.state, paper.scanned_at = CLEAN, now
            with acting_as(house(acting, KEEPING)):
                paper.save(update_fields=["state", "scanned_at"])
            _record("release_paper", paper, acting)
        ledger.look(acting, [paper.person_id], act="open_paper", detail={"case": paper.case_id, "paper": paper.pk})
    return paper, data


def remove_paper(paper: Paper | UUID, *, acting: Actor, now: datetime) -> None:
    """Take a paper away for good, as anybody may who sees its data group."""
    with acting_as(acting):
        paper = _visible(paper, acting)
        _record("remove_paper", paper, acting)
        with acting_as(house(acting, KEEPING)):
            paper.delete()


def note_refused(case: Case, code: str, *, acting: Actor) -> None:
    """One row for a file that was not taken: when somebody tries to bring in something harmful, it is known."""
    with acting_as(acting):
        ledger.record(acting, "refuse_paper", kind="denial", subjects=[case.person_id], detail={"case": case.pk, "why": code})


def _visible(paper: Paper | UUID, acting: Actor) -> Paper:
    wanted = paper.pk if isinstance(paper, Paper) else paper
    found = Paper.objects.visible_to(acting).filter(pk=wanted).first()
    if found is None or acting.user_id is None:
        raise NotVisible
    return found


def _check_size(data: bytes, acting: Actor, now: datetime) -> None:
    if not data:
        raise Refused("paper_empty", field="file")
    if len(data) > limits.FILE_MEGABYTES * limits.MEGABYTE:
        raise Refused("paper_too_big", field="file", value=limits.FILE_MEGABYTES)
    mine = Paper.objects.visible_to(acting).filter(user=acting.user_id, received_at__gt=now - timedelta(days=1))
    sent = mine.aggregate(sum=Sum("size"))["sum"] or 0
    if sent + len(data) > limits.DAY_MEGABYTES * limits.MEGABYTE:
        raise Refused("paper_quota", field="file", value=limits.DAY_MEGABYTES)


def _scanned(data: bytes) -> bool:
    """True: a scanner looked and found nothing. False: none could tell."""
    try:
        clean = is_clean(data)
    except NoScanner:
        return False
    if not clean:
        raise Refused("paper_infected", field="file")
    return True


def _record(act: str, paper: Paper, acting: Actor, **detail: object) -> None:
    ledger.record(acting, act, subjects=[paper.person_id], detail={"case": paper.case_id, "paper": paper.pk, **detail})
