"""What the pages about handing files on read: files of a colleague, who could follow each, what waits for an answer, files of nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import override

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_keys
from repere.accounts.models import Membership
from repere.cases import evaluation, sealed
from repere.cases.access import works_on_files
from repere.cases.models import (
    Assignment,
    Case,
    ConflictOfInterest,
    Fact,
    Handover,
    SealedRecord,
    SpokenLanguages,
    Task,
    TeamPractice,
)
from repere.cases.models.handover import LEAVES, PROPOSED
from repere.cases.policy import load_policy
from repere.cases.policy.reading import TEAM
from repere.cases.refusals import NotVisible
from repere.cases.sealed import KeyRing
from repere.cases.territory import civil_day
from repere.core.sealing import SealBroken
from repere.directory.vocabulary import SPOKEN, language_name
from repere.directory.wording import plain

TABLE = "cases_handover"
PAGE = 20


@dataclass(frozen=True)
class Colleague:
    """Somebody who could follow a file. `files`: open ones that she follows today."""

    user_id: UUID
    name: str
    role: str
    files: int
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A colleague for one file. `speaks`: a language that the person is spoken to in."""

    who: Colleague
    speaks: bool


@dataclass(frozen=True)
class FileLine:
    """One open file to hand on. `contact_on`: when she last told how to reach her safely; None: she was never asked."""

    case: Case
    contact_on: date | None
    language: str
    tasks: int
    overdue: int
    choices: tuple[Choice, ...]
    proposed: UUID | None


@dataclass(frozen=True)
class WaitingLine:
    """A file that waits for a colleague's answer. `first`, `wishes`: opened for the successor and whoever proposed it."""

    row: Handover
    case: Case
    giver: str
    successor: str
    first: str
    wishes: str
    mine: bool


@dataclass(frozen=True)
class ToHandOn:
    """`giver` None: files that nobody follows. `in_all`: how many there are, of which `lines` are shown."""

    giver: UUID | None
    name: str
    lines: tuple[FileLine, ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    in_all: int = 0
    whole_team: bool = False
    persons: frozenset[UUID] = field(default_factory=frozenset)


# ---- who works here, and who follows what


def followers_here(organisation_id: UUID) -> dict[UUID, Membership]:
    """Members of today whose role works on files; an account that is frozen or suspended is none. Cost: 1 query."""
    rows = Membership.objects.current().filter(organisation=organisation_id).order_by("created_at", "id")
    return {row.user_id: row for row in rows if works_on_files(row.actor())}


def living(organisation_id: UUID) -> list[UUID]:
    """The same, by number alone: the worker reads no address."""
    rows = Membership.objects.current().filter(organisation=organisation_id).values_list("user_id", "role")
    return sorted({user for user, role in rows if "file" in load_policy().held(role, TEAM)})


def whole_team_follows(actor: Actor) -> bool:
    return TeamPractice.objects.visible_to(actor).filter(whole_team=True).exists()


def may_follow(user_id: UUID, case: Case, actor: Actor) -> bool:
    """A member of today who works on files and has no conflict of interest about this one. `actor`: a colleague."""
    blocked = ConflictOfInterest.objects.visible_to(actor).filter(case=case, user=user_id, ended_at=None)
    return user_id in living(case.organisation_id) and not blocked.exists()


def open_files(actor: Actor) -> QuerySet[Case]:
    return Case.objects.visible_to(actor, own=True).filter(organisation=actor.organisation_id, closed_on=None)


def unfollowed(actor: Actor) -> QuerySet[Case]:
    """Open files of the acting organisation that no living member follows by name; none where the whole team follows all. Who is kept
    away from a file follows it no more.

    Cost: 3 queries when it is read.
    """
    if actor.organisation_id is None or whole_team_follows(actor):
        return open_files(actor).none()
    here = living(actor.organisation_id)
    kept_away = ConflictOfInterest._base_manager.filter(case=OuterRef("case"), user=OuterRef("user"), ended_at=None)
    followed = Assignment._base_manager.filter(~Exists(kept_away), case=OuterRef("pk"), user__in=here, ended_at=None)
    return open_files(actor).filter(~Exists(followed)).order_by("opened_at", "pk")


def followed_by(actor: Actor, giver: UUID) -> QuerySet[Case]:
    mine = Assignment.objects.visible_to(actor).filter(user=giver, ended_at=None).values("case")
    return open_files(actor).filter(pk__in=mine).order_by("opened_at", "pk")


# ---- pages


def to_hand_on(actor: Actor, giver: UUID | None, *, now: datetime) -> ToHandOn:
    """The page of one colleague's open files, twenty at a time, or of files that nobody follows. NotVisible to whoever works on none."""
    me = actor.organisation_id
    if me is None or not works_on_files(actor):
        raise NotVisible
    here = followers_here(me)
    if giver is not None and giver not in here and not followed_by(actor, giver).exists():
        raise NotVisible
    waiting = _waiting(actor, giver)
    files = (unfollowed(actor) if giver is None else followed_by(actor, giver)).exclude(pk__in=[line.case.pk for line in waiting])
    shown = list(files[:PAGE])
    lines = _lines(actor, shown, giver, here, now)
    persons = frozenset(case.person_id for case in [*shown, *(line.case for line in waiting)])
    name = here[giver].user.name if giver in here else ""
    in_all = len(shown) if len(shown) < PAGE else files.count()
    return ToHandOn(giver, name, tuple(lines), tuple(waiting), in_all, whole_team_follows(actor), persons)


def received(actor: Actor) -> list[WaitingLine]:
    """Files that colleagues proposed to the actor. Cost: 4 queries."""
    if not works_on_files(actor):
        return []
    return _opened(actor, Handover.objects.visible_to(actor).filter(state=PROPOSED, successor=actor.user_id))


def unfollowed_count(actor: Actor) -> int:
    """For who administers accounts: a number of her own organisation and nothing of any file."""
    with acting_as(Actor.system("handover", organisation_id=actor.organisation_id)) as desk:
        return unfollowed(desk).count()


def languages_of(actor: Actor) -> list[str]:
    row = SpokenLanguages.objects.visible_to(actor).filter(user=actor.user_id).first()
    return list(row.languages) if row else []


# ---- lines


def _waiting(actor: Actor, giver: UUID | None) -> list[WaitingLine]:
    return _opened(actor, Handover.objects.visible_to(actor).filter(state=PROPOSED, giver=giver))


def _opened(actor: Actor, rows: Any) -> list[WaitingLine]:
    found = list(rows.select_related("case", "giver", "successor"))
    rings = _rings(actor, [row.person_id for row in found])
    return [_waiting_line(row, rings.get(row.person_id), actor) for row in found]


def _waiting_line(row: Handover, ring: KeyRing | None, actor: Actor) -> WaitingLine:
    told: Mapping[str, Any] = {}
    if ring is not None and actor.user_id in (row.successor_id, row.giver_id, row.proposed_by_id):
        try:
            told = ring.unseal(TABLE, row.pk, "narrative", bytes(row.note))
        except SealBroken:
            told = {}
    return WaitingLine(
        row, row.case, row.giver.name if row.giver else "", row.successor.name, str(told.get("first", "")), str(told.get("wishes", "")),
        actor.user_id in (row.giver_id, row.proposed_by_id),
    )  # fmt: skip


def _lines(actor: Actor, cases: Sequence[Case], giver: UUID | None, here: Mapping[UUID, Membership], now: datetime) -> list[FileLine]:
    colleagues = _colleagues(actor, giver, here)
    family = load_policy().family_of(here[giver].role if giver is not None and giver in here else actor.role)
    ids = [case.pk for case in cases]
    kept_away = {(row.case_id, row.user_id) for row in ConflictOfInterest.objects.visible_to(actor).filter(case__in=ids, ended_at=None)}
    contacts, languages, tasks = _contacts(actor, ids), _languages(actor, cases), _tasks(actor, ids, giver)
    load = Counter({one.user_id: one.files for one in colleagues})
    found = []
    for case in cases:
        spoken = _codes_in(languages.get(case.person_id, ""))
        choices = [Choice(one, bool(spoken & set(one.languages))) for one in colleagues if (case.pk, one.user_id) not in kept_away]
        # Her language first, then the same kind of work, then whoever follows fewest files, counting what is proposed above.
        choices.sort(key=lambda one: (
            not one.speaks, bool(family and one.who.role not in family.roles), load[one.who.user_id], one.who.name,
        ))  # fmt: skip
        proposed = choices[0].who.user_id if choices else None
        if proposed:
            load[proposed] += 1
        mine = tasks.get(case.pk, [])
        overdue = sum(1 for due in mine if due and due < civil_day(case.zone, now))
        found.append(FileLine(
            case, contacts.get(case.pk), languages.get(case.person_id, ""), len(mine), overdue, tuple(choices), proposed,
        ))  # fmt: skip
    return found


def _colleagues(actor: Actor, giver: UUID | None, here: Mapping[UUID, Membership]) -> list[Colleague]:
    """Everybody who could follow a file, but the giver and those who are leaving themselves."""
    leaving = set(Handover.objects.visible_to(actor).filter(state=PROPOSED, why=LEAVES).values_list("giver_id", flat=True))
    running = Assignment.objects.visible_to(actor).filter(ended_at=None, case__in=open_files(actor).values("pk"))
    files = Counter(running.values_list("user_id", flat=True))
    spoken = {row.user_id: tuple(row.languages) for row in SpokenLanguages.objects.visible_to(actor).all()}
    return [
        Colleague(user, row.user.name, row.role, files[user], spoken.get(user, ()))
        for user, row in here.items() if user != giver and user not in leaving
    ]  # fmt: skip


def _contacts(actor: Actor, case_ids: Iterable[UUID]) -> dict[UUID, date]:
    """Day of the latest safe-contact instructions that stand."""
    rows = list(Fact.objects.visible_to(actor, own=True).filter(case__in=list(case_ids), data_group="contact_safety").defer("sealed"))
    found: dict[UUID, date] = {}
    for row in evaluation.living(rows):
        if row.kind == "safe_contact_instructions":
            found[row.case_id] = max(found.get(row.case_id, row.latest), row.latest)
    return found


def _languages(actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:
    """Person → languages in which she wants to be spoken to, as they were written down."""
    rings = _rings(actor, [case.person_id for case in cases])
    rows = SealedRecord.objects.visible_to(actor, own=True).filter(person__in=list(rings), tier="contact").order_by("version")
    found: dict[UUID, str] = {}
    for row in rows:
        try:
            found[row.person_id] = str(sealed.open_record(rings[row.person_id], row).get("language", ""))
        except SealBroken:
            continue
    return found


def _rings(actor: Actor, persons: Sequence[UUID]) -> dict[UUID, KeyRing]:
    if actor.organisation_id is None or actor.kind == "system" or not persons:
        return {}
    return {person: KeyRing(key) for person, key in person_keys(persons, actor.organisation_id).items()}


def _codes_in(text: str) -> set[str]:
    """“Yoruba, anglais” → {yor, eng}: codes, and names in French or English."""
    words, found = set(plain(text).split()), set()
    for language in ("fr", "en"):
        with override(language):
            found |= {code for code in SPOKEN if code in words or set(plain(language_name(code)).split()) <= words}
    return found


def _tasks(actor: Actor, case_ids: Iterable[UUID], giver: UUID | None) -> dict[UUID, list[date | None]]:
    """Last due days of open tasks that the giver took, by file."""
    found: dict[UUID, list[date | None]] = {}
    if giver is None:
        return found
    rows = Task.objects.visible_to(actor).filter(
        case__in=list(case_ids), organisation=actor.organisation_id, assignee=giver, closed_at=None
    )  # fmt: skip
    for case_id, due in rows.values_list("case_id", "due_latest"):
        found.setdefault(case_id, []).append(due)
    return found
