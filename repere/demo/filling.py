"""The invented country poured into a database through the doors everybody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import polars as pl
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.accounts.models import Membership, User
from repere.cases import evaluation, mechanisms
from repere.cases.actions import choose_team_practice, grant_access
from repere.cases.actions.bulk import Batch, BatchCase, BatchFact, BatchRefused, BatchResult, record_facts
from repere.cases.jobs import VIEWS_AT_ONCE, follow_grant
from repere.cases.models import Case, Grant, View
from repere.cases.place_facts import note_event
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate, day_of
from repere.core.rulebook import Mechanism, may_record
from repere.demo.caseload import fields_of
from repere.demo.cast import BODIES, BY_KEY, PASSWORD, SHARES, Body, Share, opener_of
from repere.demo.journeys import Country, invent
from repere.demo.names import CITIES, STREETS, names
from repere.demo.places import fill_places
from repere.directory.models import Organisation
from repere.ledger.models import Entry
from repere.places.models import Event

_OURS = UUID("0c8e0c9b-3a4e-5b8c-b9d4-2f1d6a5e7b10")
SHARED = 8
"""How many files each organisation opens to each of the bodies concerned."""
GRANT_DAYS = 180
CASES_PER_BATCH = 2_000
FILLED = "fill_demonstration"

Tell = Callable[[str, int, int], None]


@dataclass
class Filled:
    """What was put in."""

    persons: int = 0
    facts: int = 0
    grants: int = 0
    dropped: int = 0
    views: list[UUID] = field(default_factory=list)
    repeated: bool = False


def fill(*, persons: int, seed: int, now: datetime, tell: Tell | None = None, evaluate: bool = True) -> Filled:
    """Found the invented organisations and give them an invented caseload. Run twice with the same arguments, it adds nothing."""
    say = tell or (lambda _what, _done, _of: None)
    mechanism = mechanisms.for_jurisdiction("FR")
    country = invent(mechanism, persons, seed=seed, today=now.astimezone(UTC).date())
    # One slow hash for all: the accounts share the printed password.
    encoded = make_password(PASSWORD)
    actors = {body.key: _found(body, encoded) for body in BODIES}
    done, fresh = Filled(), False
    batches = list(_batches(country, mechanism))
    for number, (body, part, cases) in enumerate(batches):
        say(body.name, number, len(batches))
        acting = actors[body.key]
        result, dropped = _record(Batch(_key(country, body, part), cases, "demo"), acting, now)
        done.persons += len(result.cases)
        done.facts += result.facts
        done.dropped += dropped
        fresh |= not result.repeated
        if part == 0 and not result.repeated:
            done.grants += _share(body, cases, result, actors, now)
    fill_places(actors, now=now)
    _tell_files(actors, now)
    done.repeated = not fresh
    if evaluate and fresh:
        evaluate_all(now=now, tell=say)
    with acting_as(actors[BODIES[0].key]) as acting:
        ledger.record(acting, FILLED, kind="system", detail={"persons": persons, "seed": seed})
    return done


def _tell_files(actors: Mapping[str, Actor], now: datetime) -> None:
    """What was asked of the shelters stands in the files now, and not when a worker comes to it."""
    for actor in actors.values():
        with acting_as(actor) as acting:
            events = list(Event.objects.visible_to(acting).filter(organisation_id=acting.organisation_id).order_by("at", "pk"))
        for event in events:
            note_event(event, now=now)


def is_filled() -> bool:
    """True when a filling came to its end here; the first of the invented organisations keeps the mark."""
    first = Organisation.objects.filter(name=BODIES[0].name, is_invented=True).first()
    if first is None:
        return False
    with acting_as(Actor.system("demonstration", organisation_id=first.pk)):
        return Entry.objects.filter(act=FILLED).exists()


def _key(country: Country, body: Body, part: int) -> UUID:
    """One key per batch, whatever the day: a filling that was cut short is taken up where it stopped."""
    return uuid5(_OURS, f"{country.seed}/{len(country.people)}/{body.key}/{part}")


# ─── Organisations ────────────────────────────────────────────────────────────────────────────────────────────────────


def _found(body: Body, encoded: str) -> Actor:
    """The organisation with an account for each of its roles; returns who opens its cases."""
    organisation = Organisation.objects.filter(name=body.name, is_invented=True).first()
    if organisation is None:
        organisation = Organisation(
            name=body.name, kind=body.kind, territory=body.territory, is_invented=True, state=Organisation.State.ACTIVE
        )
        acting = Actor.system("demonstration", organisation_id=organisation.pk)
        with acting_as(acting):
            organisation.save(force_insert=True)
            ensure_organisation_key(organisation)
            # Whoever tries a role meets every file of the organisation, not those of one invented colleague only.
            choose_team_practice(whole_team=True, acting=acting, now=timezone.now())
            people = [_member(body, organisation, role, encoded) for role in body.roles]
            ledger.record(acting, "found_organisation", detail={"users": [user.pk for user in people], "kind": body.kind})
    first = Membership.objects.current().filter(organisation=organisation, role=body.roles[0]).get()
    return first.actor()


def _member(body: Body, organisation: Organisation, role: str, encoded: str) -> User:
    user = User(email=body.email(role), name=body.person(role), password=encoded)
    user.save(force_insert=True)
    now = timezone.now()
    Membership.objects.create(user=user, organisation=organisation, role=role, approved_at=now, accepted_at=now, confirmed_at=now)
    return user


# ─── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_body(country: Country, mechanism: Mechanism) -> Iterator[tuple[Body, list[BatchCase]]]:
    """Cases of the country by the organisation that opened them."""
    facts = _facts_by_case(country, mechanism)
    regions = {code: str(entry.extra.get("region", "")) for code, entry in mechanism.codelists["departement"].items()}
    identities = _identities(country)
    opened: dict[str, list[BatchCase]] = {}
    for row in country.cases.iter_rows(named=True):
        case = int(row["case"])
        told = facts.get(case)
        if not told:
            continue
        body = opener_of(row["opener"], regions[row["territory"]])
        opened.setdefault(body.key, []).append(
            BatchCase(
                facts=told,
                ref=str(case),
                territory=row["territory"],
                opened_on=PartialDate.on(row["opened"]),
                opened_at=told[0].recorded_at,
                role=row["opener"],
                identity=identities[case],
            )
        )
    for key in sorted(opened):
        yield BY_KEY[key], opened[key]


def _batches(country: Country, mechanism: Mechanism) -> Iterator[tuple[Body, int, list[BatchCase]]]:
    """Batches that one transaction takes in a few seconds: organisation, number of the batch, cases."""
    for body, cases in _by_body(country, mechanism):
        for part, start in enumerate(range(0, len(cases), CASES_PER_BATCH)):
            yield body, part, cases[start : start + CASES_PER_BATCH]


def _facts_by_case(country: Country, mechanism: Mechanism) -> dict[int, list[BatchFact]]:
    """Facts of each case in the order in which they were recorded. A fact's id follows from its number and the seed."""
    told: dict[int, list[tuple[datetime, int, BatchFact]]] = {}
    for kind, frame in country.facts.items():
        declared = mechanism.facts[kind]
        for row in frame.iter_rows(named=True):
            fact = BatchFact(
                kind=kind,
                on=PartialDate(row["earliest"], row["latest"]),
                fields=fields_of(declared, row),
                basis=row["basis"],
                role=row["role"],
                recorded_at=row["recorded"].replace(tzinfo=UTC),
                corrects=_id(country, row["corrects"]) if row["corrects"] is not None else None,
                id=_id(country, row["fact"]),
            )
            told.setdefault(int(row["case"]), []).append((row["recorded"], row["fact"], fact))
    return {case: [fact for _, _, fact in sorted(facts, key=lambda f: f[:2])] for case, facts in told.items()}


def _id(country: Country, number: int) -> UUID:
    return uuid5(_OURS, f"{country.seed}/{len(country.people)}/{country.today}/fact/{number}")


def _identities(country: Country) -> list[dict[str, dict[str, Any]]]:
    """Invented names and places; some without a name yet, some with several, some births known to the year only."""
    rng = np.random.default_rng([country.seed, len(country.people), 7])
    count = len(country.people)
    unknown, street, roll = rng.random(count), rng.integers(0, 25, count), rng.random(count)
    identities = []
    for i, (given, family, called) in enumerate(names(rng, count)):
        born = day_of(int(country.people.born[i]))
        identity: dict[str, Any] = {"birth": str(born.year) if roll[i] < 0.3 else born.isoformat()}
        if unknown[i] > 0.06:
            identity |= {"given_names": given, "family_names": family}
        if called:
            identity["other_names"] = [called]
        contact = {
            "street": f"{street[i] + 1} {STREETS[street[i] % 5]}",
            "city": CITIES[street[i] // 5],
            "phone": f"3363998{i % 10000:04d}",
        }
        identities.append({"identity": identity, "contact": contact} if roll[i] > 0.5 else {"identity": identity})
    return identities


def _record(batch: Batch, acting: Actor, now: datetime) -> tuple[BatchResult, int]:
    """Through the door; what it finds impossible of one authority's own facts is left out, as that authority would."""
    dropped = 0
    while True:
        try:
            return record_facts(batch, acting=acting, now=now), dropped
        except BatchRefused as refused:
            places: dict[str, set[int]] = {}
            for row in refused.rows:
                if row.place is None:
                    raise
                places.setdefault(row.ref, set()).add(row.place)
            dropped += sum(map(len, places.values()))
            cases = [_without(case, places.get(case.ref, set())) for case in batch.cases]
            batch = Batch(batch.key, cases, batch.source)


def _without(case: BatchCase, places: Iterable[int]) -> BatchCase:
    gone = set(places)
    if not gone:
        return case
    kept = [fact for place, fact in enumerate(case.facts) if place not in gone]
    ids = {fact.id for fact in kept}
    kept = [fact for fact in kept if fact.corrects is None or fact.corrects in ids]
    return BatchCase(
        kept,
        case.ref,
        case.jurisdiction,
        case.territory,
        case.pseudonym,
        case.opened_on,
        case.opened_at,
        case.role,
        case.identity,
        case.case_id,
    )


# ─── Sharing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _share(body: Body, cases: list[BatchCase], result: BatchResult, actors: Mapping[str, Actor], now: datetime) -> int:
    """Some files are opened to the bodies that must act on them, so that their worklists are not empty."""
    if not may_record(mechanisms.common(), mechanisms.common().facts["consent_given"], actors[body.key].role):
        return 0  # who may not write down her consent cannot carry an access by it
    by_ref = {ref: case_id for ref, case_id, _ in result.cases}
    wanted: list[tuple[UUID, str, Share]] = []
    for role, share in SHARES.items():
        receiver = share.to
        if receiver == body.key:
            continue
        kinds = CONCERNED[role]
        concerned = sorted((case for case in cases if any(fact.kind in kinds for fact in case.facts)), key=_rank)
        wanted += [(by_ref[case.ref], receiver, share) for case in concerned[:SHARED]]
    acting = actors[body.key]
    with acting_as(acting):
        found = {case.pk: case for case in Case.objects.visible_to(acting).filter(pk__in=[case_id for case_id, _, _ in wanted])}
        agreed = _agreed(wanted, found, acting, now)
        for case_id, receiver, share in wanted:
            to = actors[receiver].organisation_id
            assert to is not None
            grant_access(
                found[case_id],
                to=to,
                groups=share.groups,
                purpose=share.purpose,
                consent=agreed[case_id, receiver],
                reason="Démonstration : suivi commun.",
                ends_at=now + timedelta(days=GRANT_DAYS),
                acting=acting,
                now=now,
            )
    return len(wanted)


def _agreed(
    wanted: Iterable[tuple[UUID, str, Share]], found: Mapping[UUID, Case], acting: Actor, now: datetime
) -> dict[tuple[UUID, str], UUID]:
    """Her consent to each access, written down in one batch: the id of the fact by case and receiver."""
    facts: dict[UUID, list[BatchFact]] = {}
    ids: dict[tuple[UUID, str], UUID] = {}
    for case_id, receiver, share in wanted:
        today = PartialDate.on(civil_day(found[case_id].zone, now))
        ids[case_id, receiver] = uuid5(_OURS, f"{case_id}/{receiver}/agreed")
        fact = BatchFact("consent_given", today, {"purpose": share.agreed}, basis="person_said", id=ids[case_id, receiver])
        facts.setdefault(case_id, []).append(fact)
    cases = [BatchCase(told, str(case_id), case_id=case_id) for case_id, told in facts.items()]
    record_facts(Batch(uuid5(_OURS, f"{acting.organisation_id}/agreed"), cases, "demo"), acting=acting, now=now)
    return ids


ANSWERS = {
    "exit_path_authorised": {"exit_path_ended"},
    "reflection_chosen": {"recepisse_handed_over"},
    "permit_applied": {"permit_granted", "permit_refused"},
    "referred_for_identification": {"recognition_decided"},
    "runaway": {"found_after_runaway"},
    "placement_asked": {"placement_decided"},
}
"""What was asked of a body → what would answer it; the order is that of haste."""


def _rank(case: BatchCase) -> int:
    """Files in which somebody waits for an answer come first."""
    kinds = {fact.kind for fact in case.facts}
    waiting = [place for place, (asked, answers) in enumerate(ANSWERS.items()) if asked in kinds and not answers & kinds]
    return waiting[0] if waiting else len(ANSWERS)


def evaluate_all(*, now: datetime, tell: Tell) -> None:
    """Judge every view now, so that the worklists are full when the first page opens. The worker would come to it too."""
    invented = list(Organisation.objects.filter(is_invented=True).order_by("name"))
    for number, organisation in enumerate(invented):
        tell(organisation.name, number, len(invented))
        acting = Actor.system("evaluate", organisation_id=organisation.pk)
        with acting_as(acting):
            shared = Grant.objects.visible_to(acting).active().filter(organisation_id=organisation.pk)
            cases = list(shared.order_by("pk").values_list("case_id", flat=True))
        for case_id in cases:
            follow_grant(case_id, organisation.pk)
        with acting_as(acting):
            views = list(View.objects.visible_to(acting).order_by("pk").values_list("pk", flat=True))
        evaluate(views, acting=acting, now=now)


def evaluate(views: Sequence[UUID], *, acting: Actor, now: datetime) -> int:
    """Judge these views of one organisation, in parts. Returns how many findings changed."""
    changed = 0
    for start in range(0, len(views), VIEWS_AT_ONCE):
        with acting_as(acting):
            locked = evaluation.locked_views(acting, pk__in=views[start : start + VIEWS_AT_ONCE])
            changed += len(evaluation.refresh(locked, acting=acting, now=now).changed)
    return changed


CONCERNED = {
    "police": {"likely_to_complain_found", "complaint_filed", "referred_for_identification"},
    "prefecture": {"permit_applied", "reflection_chosen", "exit_path_applied", "recepisse_handed_over"},
    "prosecutor": {"prosecutor_informed", "proceedings_opened", "offence_under_coercion"},
    "child_protection": {"child_protection_informed", "placement_asked", "runaway"},
    "health_worker": {"health_check_done", "care_given", "chemical_control_suspected"},
    "recognition_body": {"review_asked", "recognition_decided"},
}
"""Which facts make a file the concern of which body."""


def frames_of(persons: int, seed: int, today: date, mechanism: Mechanism) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """The columnar form alone, for comparisons and measures without a database."""
    country = invent(mechanism, persons, seed=seed, today=today)
    return country.cases, country.facts
