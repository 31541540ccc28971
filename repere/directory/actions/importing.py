"""Bringing a file: read and shown first, then applied, undone if it was wrong. Nothing that comes in is offered before it is vetted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from repere import ledger
from repere.directory.actions.entries import add_service, add_structure, edit_service
from repere.directory.actions.verifying import add_contact
from repere.directory.doors import visible_batch, who
from repere.directory.entry_models import Contact, ImportBatch, ImportChange, Origin, Service, Structure
from repere.directory.exchange import hsds, inclusion, table
from repere.directory.exchange.rows import MOST_ROWS, Read, Row, RowRefused
from repere.directory.refusals import Refused
from repere.directory.wording import plain
from repere.ledger.actions import Acting

FORMATS = {"hsds": "HSDS 3.0", "data-inclusion": "data.inclusion v1", "csv": "CSV"}
State = ImportBatch.State


@dataclass
class Preview:
    """What applying would do: entries made, entries changed (with the fields), entries that are here already, rows refused."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, UUID, list[str]]] = field(default_factory=list)
    same: list[Row] = field(default_factory=list)
    twins: list[tuple[Row, str]] = field(default_factory=list)
    refused: list[RowRefused] = field(default_factory=list)


def preview_import(*, text: str, format: str, source: str, acting: Acting, now: datetime) -> tuple[ImportBatch, Preview]:
    """Keep a file and say what it would do; no entry is touched. Raises Refused for a file that cannot be read at all."""
    found = _read(text, format, now)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            organisation_id=who(acting).organisation_id, user_id=who(acting).user_id, format=format, source=source[:80] or format,
            digest=sha256(text.encode()).hexdigest(), content=text, brought_at=now,
        )  # fmt: skip
        ledger.record(acting, "preview_import", detail={"batch": batch.pk, "rows": len(found.rows), "refused": len(found.refused)})
    return batch, _compare(batch, found, acting)


def preview_of(batch: ImportBatch, *, acting: Acting, now: datetime) -> Preview:
    """The same once more, against the directory as it stands now."""
    return _compare(batch, _read(batch.content, batch.format, now), acting)


def apply_import(batch_id: UUID, *, acting: Acting, now: datetime) -> Preview:
    """Write what the preview shows. Changed contacts are asked for, and wait for a call like any other change."""
    with transaction.atomic():
        batch = _locked(batch_id, State.PREVIEWED, acting)
        plan = preview_of(batch, acting=acting, now=now)
        if not plan.new and not plan.changed:
            raise Refused("file_says_nothing")
        for row in plan.new:
            _make(row, batch, acting, now)
        for row, service_id, fields in plan.changed:
            _change(row, service_id, fields, batch, acting, now)
        batch.state, batch.applied_at = State.APPLIED, now
        batch.save(update_fields=["state", "applied_at"])
        ledger.record(acting, "apply_import", detail={"batch": batch.pk, "new": len(plan.new), "changed": len(plan.changed)})
    return plan


def undo_import(batch_id: UUID, *, acting: Acting, now: datetime) -> int:
    """Close what the batch made and put back what it changed, unless somebody has changed it since. Returns how many were undone."""
    undone = 0
    with transaction.atomic():
        batch = _locked(batch_id, State.APPLIED, acting)
        for change in batch.changes.all():
            held = Service.objects.visible_to(acting).filter(pk=change.service_id).first()
            if held is None or held.closed_on is not None or _told(held, change.after) != change.after:
                continue
            if change.before is None:
                held.closed_on = now.date()
                held.save(update_fields=["closed_on"])
            else:
                edit_service(held.pk, acting=acting, now=now, **change.before)
            undone += 1
        batch.state, batch.undone_at = State.UNDONE, now
        batch.save(update_fields=["state", "undone_at"])
        ledger.record(acting, "undo_import", detail={"batch": batch.pk, "undone": undone})
    return undone


def _locked(batch_id: UUID, state: str, acting: Acting) -> ImportBatch:
    visible_batch(acting, batch_id)
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != state:
        raise Refused("not_in_this_state")
    return batch


def _read(text: str, format: str, now: datetime) -> Read:
    if format not in FORMATS:
        raise Refused("unknown_code", value=format, field="format")
    try:
        if format == "hsds":
            found = hsds.read(text)
        elif format == "data-inclusion":
            found = inclusion.read(text, on=now.date())
        else:
            found = table.read(text)
    except (ValueError, RecursionError) as error:
        raise Refused("unreadable_file", format=FORMATS[format], why=str(error)[:120]) from None
    if len(found.rows) + len(found.refused) > MOST_ROWS:
        raise Refused("file_too_large", most=MOST_ROWS)
    return found


def _compare(batch: ImportBatch, found: Read, acting: Acting) -> Preview:
    plan = Preview(refused=found.refused)
    ours = Service.objects.visible_to(acting).filter(organisation=acting.organisation_id, source=batch.source).select_related("structure")
    by_key = {service.source_key: service for service in ours if service.source_key}
    twins = _names(acting)
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for row in found.rows:
        held = by_key.get(row.key) if row.key else None
        identity = (plain(row.structure), plain(row.name), tuple(sorted(row.territories)))
        if held is not None:
            fields = [name for name, value in row.fields().items() if getattr(held, name) != value]
            plan.changed.append((row, held.pk, fields)) if fields else plan.same.append(row)
        elif identity in seen or identity in twins:
            plan.twins.append((row, row.structure))
        else:
            plan.new.append(row)
        seen.add(identity)
    return plan


def _names(acting: Acting) -> set[tuple[str, str, tuple[str, ...]]]:
    """Every open entry by body, name and territories, so that one service brought by two sources stays one."""
    rows = Service.objects.visible_to(acting).open().values_list("structure__name", "name", "territories")
    return {(plain(body), plain(name), tuple(sorted(served))) for body, name, served in rows}


def _make(row: Row, batch: ImportBatch, acting: Acting, now: datetime) -> None:
    body = _structure(row, batch, acting, now)
    made = add_service(
        body.pk, function=row.function, origin=Origin.IMPORTED, source=batch.source, source_key=row.key, batch_id=batch.pk,
        acting=acting, now=now, **row.fields(),
    )  # fmt: skip
    for kind, value in ((Contact.Kind.PHONE, row.phone), (Contact.Kind.EMAIL, row.email)):
        if value:
            add_contact(made.pk, kind=kind, value=value, acting=acting, now=now)
    ImportChange.objects.create(batch=batch, service_id=made.pk, before=None, after=_told(made, row.fields()))


def _structure(row: Row, batch: ImportBatch, acting: Acting, now: datetime) -> Structure:
    held = Structure.objects.visible_to(acting).filter(organisation=acting.organisation_id, name=row.structure[:200]).first()
    return held or add_structure(name=row.structure, kind=row.kind, source=batch.source, acting=acting, now=now)


def _change(row: Row, service_id: UUID, fields: list[str], batch: ImportBatch, acting: Acting, now: datetime) -> None:
    held = Service.objects.visible_to(acting).get(pk=service_id)
    before = _told(held, dict.fromkeys(fields))
    changed = edit_service(service_id, acting=acting, now=now, **{name: row.fields()[name] for name in fields})
    ImportChange.objects.create(batch=batch, service_id=service_id, before=before, after=_told(changed, dict.fromkeys(fields)))


def _told(service: Service, fields: dict[str, Any]) -> dict[str, Any]:
    """Those fields as they stand, fit for JSON: an import brings words, codes and lists only."""
    return {name: getattr(service, name) for name in fields}
