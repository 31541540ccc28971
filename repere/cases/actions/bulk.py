"""The bulk door, for import, demonstration and restore: everything of a batch, or nothing.

One transaction and one row of the ledger with the Merkle root of every fact; rows go in through `INSERT … SELECT unnest`, which
row-level security checks as it checks any other insert. Checking and sealing cost about as much as writing, so the database writes
one part while the next is prepared: by one thread and one connection, since neither waits for the other's answer
(`accounts.rows.flowing`). Evaluation follows after commit, in batches, by the worker.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import groupby, islice
from typing import Any, LiteralString
from uuid import UUID, uuid4

from django.db import IntegrityError, connection
from procrastinate.contrib.django import app as jobs

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import PersonKey, index_keys, new_person_keys, person_keys
from repere.accounts.rows import flowing, insert_rows
from repere.cases import evaluation, mechanisms, plausibility
from repere.cases.actions.by_the_house import in_her_name
from repere.cases.actions.facts import CLOSES, CONSENTS, OPENS, checked, note_consents
from repere.cases.actions.identity import TIERS
from repere.cases.actions.names import birth_year_in, family_tokens, names_in, tokens_of
from repere.cases.actions.opening import free_pseudonyms, in_order
from repere.cases.actions.receipts import claim
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Fact
from repere.cases.models.standing import OPENED
from repere.cases.refusals import Refused, sentence
from repere.cases.sealed import RECORD, KeyRing, seal_fields, split
from repere.cases.territory import civil_day, zone_of
from repere.core.codes import new_code
from repere.core.dates import PartialDate
from repere.core.rulebook import Mechanism, Refusal
from repere.ledger.merkle import leaf_hash, merkle_root

EVALUATE_VIEWS = "repere.cases.jobs.evaluate_views"
VIEWS_PER_JOB = 200
CASES_AT_ONCE = 500
DRAWS = 5
SAME_CODE = "cases_case_code_key"
_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class BatchFact:
    """One fact of a batch. `role` and `recorded_at` default to the actor's and to now; `corrects` is the id of another fact."""

    kind: str
    on: PartialDate
    fields: Mapping[str, Any] = field(default_factory=dict)
    basis: str = "document"
    role: str | None = None
    recorded_at: datetime | None = None
    hour: int | None = None
    corrects: UUID | None = None
    id: UUID = field(default_factory=uuid4)
    # Why, for a withdrawal (`entered_in_error` with `corrects`).
    why: str = ""


@dataclass(frozen=True)
class BatchCase:
    """One person with one case and its facts; or, with `case_id`, more facts of a case that the actor sees.

    `ref` comes back in the result and in every refusal: a row number, an id of the sender.
    """

    facts: Sequence[BatchFact]
    ref: str = ""
    jurisdiction: str = "FR"
    territory: str = ""
    pseudonym: str = ""
    opened_on: PartialDate | None = None
    opened_at: datetime | None = None
    role: str | None = None
    identity: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    case_id: UUID | None = None


@dataclass(frozen=True)
class Batch:
    """What is to be recorded, under a key chosen by its sender. `source`: a code for the ledger ("htcds", "demo").

    `all_new`: no case is there already and none brings a code name. Then each case may be made as it is asked for, while the
    database already writes those before it.
    """

    key: UUID
    cases: Collection[BatchCase]
    source: str
    all_new: bool = False


@dataclass(frozen=True)
class BatchResult:
    """What was recorded. `repeated`: the same batch had been recorded before and nothing was added."""

    batch: UUID
    cases: tuple[tuple[str, UUID, str], ...] = ()
    facts: int = 0
    root: str = ""
    repeated: bool = False


@dataclass(frozen=True)
class RowRefusal:
    """Why one row is refused. `place` is the number of the fact within its case."""

    ref: str
    place: int | None
    refusal: Refusal

    def __str__(self) -> str:
        where = self.ref if self.place is None else f"{self.ref}, {self.place + 1}"
        return f"{where}: {sentence(self.refusal)}"


class BatchRefused(Refused):
    """Nothing of the batch was recorded; `rows` says every reason."""

    def __init__(self, rows: Sequence[RowRefusal]) -> None:
        super().__init__("batch_refused", rows=len({row.ref for row in rows}))
        self.rows = tuple(rows)


def record_facts(batch: Batch, *, acting: Actor, now: datetime) -> BatchResult:
    """Record a whole batch, or refuse it whole with every reason (`BatchRefused.rows`).

    Codes are drawn anew, and everything with them, when one drawn here is another file's: of 100,000 files beside 100,000
    others that happens to one batch in three.
    """
    for _ in range(DRAWS):
        try:
            return _record(batch, acting, now)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != SAME_CODE:
                raise
            drawn_twice = error
    raise drawn_twice


def _record(batch: Batch, acting: Actor, now: datetime) -> BatchResult:
    batch_id = uuid4()
    with acting_as(acting):
        if earlier := claim(batch.key, "record_facts", batch_id, acting=acting, now=now):
            return _recorded_before(earlier, acting)
        writing = _Rows(batch_id, acting, now)
        existing = {} if batch.all_new else _existing(batch, acting)
        writing.take(batch, existing)
        root = merkle_root(writing.leaves).hex()
        with acting_as(writing.house):  # of one batch, as many as it has files: more than one person asks for at once
            _defer_evaluation(writing.views, existing)
        ledger.record(
            acting, "record_facts", subjects=writing.subjects,
            detail={"batch": batch_id, "source": batch.source, "cases": len(batch.cases), "facts": len(writing.leaves), "root": root},
        )  # fmt: skip
    return BatchResult(batch_id, tuple(writing.made), len(writing.leaves), root)


def _recorded_before(batch_id: UUID, acting: Actor) -> BatchResult:
    facts = Fact.objects.visible_to(acting).filter(batch=batch_id)
    cases = Case.objects.visible_to(acting).filter(pk__in=facts.values("case")).order_by("opened_at", "id")
    return BatchResult(batch_id, tuple(("", case.pk, case.code) for case in cases), facts.count(), repeated=True)


# ---- checking


@dataclass(frozen=True)
class _Known:
    """A case of the batch that is there already."""

    case: Case
    facts: tuple[plausibility.Statement, ...]
    corrected: frozenset[UUID]


@dataclass(frozen=True)
class _Checked:
    """A case of the batch whose facts may all be stored."""

    told: BatchCase
    mechanism: Mechanism
    zone: str
    territory: str
    facts: tuple[tuple[BatchFact, str, Mapping[str, Any]], ...]  # fact, data group, clean fields
    known: _Known | None


def _existing(batch: Batch, acting: Actor) -> dict[UUID, _Known]:
    ids = [told.case_id for told in batch.cases if told.case_id]
    if not ids:
        return {}
    rows: dict[UUID, list[Fact]] = {}
    for fact in Fact.objects.visible_to(acting).filter(case__in=ids).defer("sealed"):
        rows.setdefault(fact.case_id, []).append(fact)
    cases = Case.objects.visible_to(acting).filter(pk__in=ids, organisation=acting.organisation_id).select_for_update(of=("self",))
    return {
        case.pk: _Known(
            case,
            tuple(plausibility.statement(fact) for fact in evaluation.living(rows.get(case.pk, []))),
            frozenset(fact.corrects_id for fact in rows.get(case.pk, []) if fact.corrects_id),
        )
        for case in cases
    }


class _Rows:
    """The rows of a batch, column by column."""

    def __init__(self, batch_id: UUID, acting: Actor, now: datetime) -> None:
        self.batch_id, self.acting, self.now = batch_id, acting, now
        self.me = acting_organisation(acting)
        self.house = Actor.system("record-facts", organisation_id=self.me)
        self.refused: list[RowRefusal] = []
        self.leaves: list[bytes] = []
        self.subjects: list[UUID] = []
        self.made: list[tuple[str, UUID, str]] = []
        self.views: list[UUID] = []
        self.rows: dict[LiteralString, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        self.revised: list[tuple[int, Case]] = []
        self.consenting: set[UUID] = set()

    # -- checking

    def check(self, cases: Iterable[BatchCase], existing: Mapping[UUID, _Known]) -> Iterator[_Checked]:
        for told in cases:
            known = existing.get(told.case_id) if told.case_id else None
            if told.case_id and known is None:
                self._refuse(told, None, Refused("case_not_found", field="case_id"))
            elif told.jurisdiction not in mechanisms.DEFAULTS and known is None:
                expected = ", ".join(mechanisms.DEFAULTS)
                self._refuse(told, None, Refused("unknown_jurisdiction", field="jurisdiction", value=told.jurisdiction, expected=expected))
            elif told.jurisdiction == "FR" and told.territory and told.territory not in mechanisms.common().codelists["departement"]:
                self._refuse(told, None, Refused("unknown_territory", field="territory", value=told.territory))
            else:
                yield self._check_case(told, known)

    def _check_case(self, told: BatchCase, known: _Known | None) -> _Checked:
        mechanism = mechanisms.named(known.case.mechanism if known else mechanisms.default_name(told.jurisdiction))
        territory = told.territory or _territory_in(told.facts)
        zone = known.case.zone if known else zone_of(told.jurisdiction, territory)
        today = civil_day(zone, self.now)
        standing = list(known.facts) if known else []
        corrected = set(known.corrected) if known else set()
        clean = []
        for place, fact in enumerate(told.facts):
            try:
                role = fact.role or self.acting.role
                fields = checked(mechanism, fact.kind, fact.fields, on=fact.on, role=role, basis=fact.basis, today=today)
                group = self._check_beside(fact, role, fields, standing, corrected) or mechanism.facts[fact.kind].group
            except Refused as refused:
                self._refuse(told, place, refused)
            else:
                clean.append((fact, group, fields))
        return _Checked(told, mechanism, zone, territory, tuple(clean), known)

    def _check_beside(
        self, fact: BatchFact, role: str, fields: Mapping[str, Any], standing: list[plausibility.Statement], corrected: set[UUID]
    ) -> str | None:
        """Check a fact beside those before it, and let it stand. For a withdrawal: the data group of what it withdraws."""
        new = plausibility.Statement(fact.id, fact.kind, fact.on.earliest, fact.on.latest, self.me, role, fields)
        replaced = next((s for s in standing if s.id == fact.corrects), None) if fact.corrects else None
        if fact.corrects and replaced is None:
            raise Refused("corrected_meanwhile" if fact.corrects in corrected else "correction_of_another_case", field="corrects")
        withdrawal = fact.kind == evaluation.WITHDRAWAL and replaced is not None
        if replaced and not withdrawal and replaced.kind != fact.kind:
            raise Refused("correction_changes_kind", field="kind")
        plausibility.check(new, standing, corrected=fact.corrects)
        if replaced:
            standing.remove(replaced)
            corrected.add(replaced.id)
        if withdrawal and replaced:
            return mechanisms.common().facts[replaced.kind].group
        standing.append(new)
        return None

    def _refuse(self, told: BatchCase, place: int | None, refused: Refused) -> None:
        self.refused += [RowRefusal(told.ref, place, refusal) for refusal in refused.refusals]

    # -- gathering

    def take(self, batch: Batch, existing: Mapping[UUID, _Known]) -> None:
        """Check, seal and insert, a few hundred cases at a time: the database writes one part while the next is prepared.

        After a first refusal the others are only checked, and nothing stays: raises BatchRefused with every reason.
        """
        there = 0 if batch.all_new else sum(case.case_id is not None for case in batch.cases)
        fresh = [uuid4() for _ in range(len(batch.cases) - there)]
        keys: dict[UUID, PersonKey] = person_keys([known.case.person_id for known in existing.values()], self.me)
        names_key = max(index_keys(self.me).items())
        typed = set() if batch.all_new else {case.pseudonym for case in batch.cases if case.pseudonym}
        self.code_names, new = iter(free_pseudonyms(self.acting, len(fresh), but=typed)), iter(fresh)
        with flowing() as push, connection.cursor() as cursor:
            cursor.execute(COMPARED_AT_ONCE)
            keys |= new_person_keys(fresh, self.me)
            checking = self.check(batch.cases, existing)
            while part := list(islice(checking, CASES_AT_ONCE)):
                for case in part if not self.refused else ():
                    person = next(new) if case.known is None else case.known.case.person_id
                    self.subjects.append(person)
                    self._case(person, case, KeyRing(keys[person]), names_key)
                    push()
                self._insert()
                cursor.execute(PLANNED_ANEW)
            if self.refused:
                raise BatchRefused(self.refused)
            cursor.execute(COMPARED_LATER)
        with acting_as(self.house):
            for added, known in self.revised:
                known.revision += added
                known.save(update_fields=["revision"])
        note_consents(sorted(self.consenting), self.acting)

    def _insert(self) -> None:
        """Each row in the capacity that the database takes it from, and after those that it names."""
        for is_of_house, tables in groupby(TABLES, key=OF_THE_HOUSE.__contains__):
            with acting_as(self.house if is_of_house else in_her_name(self.acting), savepoint=False):
                for table in tables:
                    if self.rows[table]:
                        insert_rows(table, TABLES[table], self.rows[table])
                    self.rows[table].clear()

    def _case(self, person: UUID, case: _Checked, ring: KeyRing, names_key: tuple[int, bytes]) -> None:
        if case.known is None:
            self.rows["cases_person"].append((person, self.me, case.told.opened_at or self.now))
            case_id, first = self._new_case(person, case, names_key), 1
            self._identity(person, case.told, ring)
        else:
            case_id, first = case.known.case.pk, case.known.case.revision + 1
            self.revised.append((len(case.facts), case.known.case))
        if any(fact.kind in CONSENTS or fact.corrects for fact, _, _ in case.facts):
            self.consenting.add(case_id)
        for revision, (fact, group, fields) in enumerate(case.facts, start=first):
            self._fact(case_id, case, fact, group, fields, ring, revision)

    def _new_case(self, person: UUID, case: _Checked, names_key: tuple[int, bytes]) -> UUID:
        told, case_id, code, view = case.told, uuid4(), new_code(), uuid4()
        opened = told.opened_on or (told.facts[0].on if told.facts else PartialDate.on(civil_day(case.zone, self.now)))
        closed = _closed_on(case)
        pseudonym = told.pseudonym or next(self.code_names)
        self.rows["cases_case"].append((
            case_id, code, person, self.me, told.jurisdiction, case.mechanism.name, case.territory, case.zone,
            told.role or self.acting.role, pseudonym, opened.latest, told.opened_at or self.now, len(case.facts),
            closed or opened.latest, closed,
        ))  # fmt: skip
        if self.acting.user_id is not None:
            self.rows["cases_assignment"].append((uuid4(), case_id, person, self.me, self.acting.user_id, OPENED, self.now))
        self.rows["cases_view"].append((view, case_id, self.me, self.me, case.zone, case.mechanism.name, "", 0))
        self.views.append(view)
        self.made.append((told.ref, case_id, code))
        identity = told.identity.get("identity", {})
        version, key = names_key
        tokens = tokens_of(key, names_in(identity), birth_year_in(identity)) | tokens_of(key, [pseudonym])
        for token in tokens | family_tokens(key, identity.get("family_names")):
            self.rows["cases_nametoken"].append((person, self.me, token, version))
        return case_id

    def _identity(self, person: UUID, told: BatchCase, ring: KeyRing) -> None:
        for tier, values in told.identity.items():
            record = uuid4()
            blob = ring.seal(RECORD, record, tier, dict(values))
            self.rows["cases_sealedrecord"].append((record, person, self.me, tier, TIERS[tier], 1, blob, self.now, self.acting.user_id))

    def _fact(
        self, case_id: UUID, case: _Checked, fact: BatchFact, group: str, fields: Mapping[str, Any], ring: KeyRing, revision: int
    ) -> None:
        declared = case.mechanism.facts[fact.kind]
        clear, secret = split(declared, fields)
        if fact.why:
            secret.setdefault("narrative", {})["why"] = fact.why
        sealed = seal_fields(ring, fact.id, secret)
        text = _json(evaluation.to_json(clear)) if clear else "{}"
        self.leaves.append(leaf_hash(fact.id.bytes + sha256(text.encode() + (sealed or b"")).digest()))
        self.rows["cases_fact"].append((
            fact.id, case_id, self.me, fact.kind, declared.version, group, fact.on.earliest, fact.on.latest, fact.hour,
            in_order(fact.recorded_at or self.now, revision), revision, self.acting.user_id, self.me, fact.role or self.acting.role,
            fact.basis, text, sealed, fact.corrects, self.batch_id,
        ))  # fmt: skip


def _territory_in(facts: Sequence[BatchFact]) -> str:
    """Where she was last said to be."""
    told = [str(fact.fields["territory"]) for fact in facts if fact.kind == "person_described" and fact.fields.get("territory")]
    known = mechanisms.common().codelists.get("departement", {})
    return next((code for code in reversed(told) if code in known), "")


def _closed_on(case: _Checked) -> Any:
    """The day of the exit after which nobody came back, for the lists."""
    closed = None
    for fact, _, _ in sorted(case.facts, key=lambda row: row[0].on.latest):
        if fact.kind in CLOSES and fact.corrects is None:
            closed = fact.on.latest
        elif fact.kind in OPENS:
            closed = None
    return closed


COMPARED_AT_ONCE, COMPARED_LATER = "SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"
"""References that may wait for the commit are compared with each part instead, while the next is prepared. Every one that may wait
does so unless it is told otherwise: the second line gives back what the first took."""

PLANNED_ANEW = "DISCARD PLANS"
"""How a reference is looked up is decided at the first row, perhaps in an empty house, where any index is as good as another. Kept for
the ten thousandth, it reads every file of the house for each fact: so it is decided again after each part."""

OF_THE_HOUSE = frozenset({"cases_assignment", "cases_nametoken", "cases_view"})
"""Tables that are written for the house; the others in the name of whoever acts. Nobody writes either on her own connection."""

TABLES: Mapping[LiteralString, Mapping[LiteralString, LiteralString]] = {
    "cases_person": {"id": "uuid", "organisation_id": "uuid", "created_at": "timestamptz"},
    "cases_case": {
        "id": "uuid", "code": "text", "person_id": "uuid", "organisation_id": "uuid", "jurisdiction": "text", "mechanism": "text",
        "territory": "text", "zone": "text", "role": "text", "pseudonym": "text", "opened_on": "date", "opened_at": "timestamptz",
        "revision": "int", "status_on": "date", "closed_on": "date",
    },
    "cases_assignment": {
        "id": "uuid", "case_id": "uuid", "person_id": "uuid", "owner_id": "uuid", "user_id": "uuid", "way": "text", "since": "timestamptz",
    },
    "cases_nametoken": {"person_id": "uuid", "organisation_id": "uuid", "token": "bytea", "key_version": "int"},
    "cases_view": {
        "id": "uuid", "case_id": "uuid", "organisation_id": "uuid", "owner_id": "uuid", "zone": "text", "mechanism": "text",
        "mechanism_hash": "text", "revision": "int",
    },
    "cases_sealedrecord": {
        "id": "uuid", "person_id": "uuid", "owner_id": "uuid", "tier": "text", "data_group": "text", "version": "int", "blob": "bytea",
        "recorded_at": "timestamptz", "user_id": "uuid",
    },
    "cases_fact": {
        "id": "uuid", "case_id": "uuid", "owner_id": "uuid", "kind": "text", "version": "int", "data_group": "text", "earliest": "date",
        "latest": "date", "hour": "int", "recorded_at": "timestamptz", "revision": "int", "user_id": "uuid", "organisation_id": "uuid",
        "role": "text", "basis": "text", "fields": "jsonb", "sealed": "bytea", "corrects_id": "uuid", "batch": "uuid",
    },
}  # fmt: skip


def _defer_evaluation(views: Sequence[UUID], existing: Mapping[UUID, _Known]) -> None:
    asked: list[dict[str, Any]] = [
        {"view_ids": [str(view) for view in views[start : start + VIEWS_PER_JOB]]} for start in range(0, len(views), VIEWS_PER_JOB)
    ]
    if asked:
        jobs.configure_task(EVALUATE_VIEWS).batch_defer(*asked)
    for case_id in existing:
        jobs.configure_task("repere.cases.jobs.evaluate_others").defer(case_id=str(case_id), but=None)
