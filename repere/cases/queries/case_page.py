"""The case page: who; what is open to her today; who must do what by when; what happened; who can see this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField
from django.utils.translation import gettext as _

from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.accounts.keyring import NoKey, person_key
from repere.cases import contact_safety, evaluation, kept_from_state, mail_address, mechanisms, sealed
from repere.cases.access import Standing, visible_case_with_standing
from repere.cases.actions.names import names_in
from repere.cases.models import IDENTITY, MISSED, Case, Draft, Fact, Grant, SealedRecord, Task
from repere.cases.models.fact import last_word
from repere.cases.policy import load_policy
from repere.cases.queries import next_facts, questions, rights, wording
from repere.cases.queries.lines import Line
from repere.cases.queries.next_facts import Doing, NeedLine, Proposal
from repere.cases.queries.questions import Presuming
from repere.cases.queries.rights import Level
from repere.cases.queries.stays import ENDED, STARTED, Stay, last_stay
from repere.cases.queries.wording import Ask
from repere.cases.sealed import KeyRing
from repere.cases.territory import civil_day
from repere.core import rulebook
from repere.core.dates import PartialDate
from repere.core.rulebook import MISSING, Mechanism
from repere.core.sealing import SealBroken

HOUSING = "housing"
LATE_DAYS = 14
NEVER_SAY = "never_say"
SETTINGS = frozenset({"jurisdiction_set"})
"""Facts that choose how a case is followed: how they are known is nobody's question."""


@dataclass(frozen=True)
class Answer(Line):
    """One field in words. `sealed`: it came out of a capsule; `closed`: it did not open for this reader."""

    name: str
    label: str
    text: str
    value: Any = None
    sealed: bool = False
    closed: bool = False


@dataclass(frozen=True)
class SafeContact(Line):
    """How to reach her, as last said. `asked` False: nobody asked yet, so nobody calls or writes."""

    asked: bool
    on: PartialDate | None = None
    fact_id: UUID | None = None
    may_contact: str = "not_asked"
    answers: tuple[Answer, ...] = ()
    someone_may_listen: bool = False
    accompanied: bool = False
    # Noted before she moved in where she is: it may speak of the place she left.
    before_arrival: bool = False
    # Whose words these are, where they are not those of who keeps the file; and what another body said since, which nobody settled.
    said_by: str = ""
    since: SafeContact | None = None
    noted_at: datetime | None = None

    @property
    def overheard(self) -> bool:
        """Somebody may hear or read what is said to her."""
        return self.someone_may_listen or self.accompanied

    @property
    def warns(self) -> bool:
        """Whether something in it must not be lost when another body writes something else."""
        careful = any(one.name == NEVER_SAY or (one.name, one.value) == ("leave_message", "no") for one in self.answers)
        return careful or self.overheard or self.may_contact != "yes"


@dataclass(frozen=True)
class Who(Line):
    """Who she is, as far as this page says: never her name."""

    pseudonym: str
    age_class: str  # minor | adult | not_known
    age_disputed: bool
    treated_as_child: bool
    minor_at_exploitation: str  # yes | no | not_known
    language: str
    answers: tuple[Answer, ...]
    contact: SafeContact
    # The youngest and the oldest she may be, where a day of turning 18 was told.
    ages: tuple[int, int] | None = None
    # Two bodies told different days of turning 18: a person settles it.
    ages_differ: bool = False
    # What to ask where one of the two ages is not known.
    ask_age: Ask | None = None
    ask_age_then: Ask | None = None


@dataclass(frozen=True)
class DutyLine(Line):
    """Something that somebody must do for her, or that was done.

    `ways`: the forms by which this reader may write down that it was done; `twin`: another line has the same words.
    """

    task_id: UUID
    rule_id: str
    duty: str
    text: str
    level: str
    role: str
    role_label: str
    due: PartialDate | None
    overdue_days: int
    opened_at: datetime
    closed_at: datetime | None
    closing: str
    closing_fact: UUID | None
    trigger_fact: UUID | None
    assignee: str
    assignee_id: UUID | None
    snoozed_until: date | None
    note: str
    can_be_mine: bool
    ways: tuple[Doing, ...] = ()
    twin: bool = False


@dataclass(frozen=True)
class TimelineEntry(Line):
    """One fact, as it was said, with what became of it."""

    fact_id: UUID
    kind: str
    label: str
    group: str
    group_label: str
    on: PartialDate
    hour: int | None
    recorded_at: datetime
    days_late: int
    organisation: str
    role_label: str
    user: str
    own: bool
    basis: str
    answers: tuple[Answer, ...]
    corrects: UUID | None
    corrected_by: UUID | None
    withdrawn: bool
    revision: int
    disputed: bool

    @property
    def stands(self) -> bool:
        return self.corrected_by is None and not (self.kind == evaluation.WITHDRAWAL and self.corrects)

    @property
    def can_be_corrected(self) -> bool:
        return self.stands and self.own


@dataclass(frozen=True)
class AccessLine(Line):
    """Who else can see this."""

    grant_id: UUID
    organisation: str
    groups: tuple[str, ...]
    reason: str
    starts_at: datetime
    ends_at: datetime | None
    ended: bool
    purpose: str = ""
    carried_by: str = ""


@dataclass(frozen=True)
class DraftLine:
    draft_id: UUID
    form: str
    saved_at: datetime


@dataclass(frozen=True)
class CasePage(Line):
    """Everything the case page shows, for one actor on one day."""

    case_id: UUID
    person_id: UUID
    place_reference: UUID
    code: str
    pseudonym: str
    jurisdiction: str
    territory: str
    mechanism: str
    mechanism_hash: str
    banners: tuple[str, ...]
    on: date
    today: date
    revision: int
    opened_on: date
    closed_on: date | None
    opened_by: str
    own: bool
    groups: tuple[str, ...] | None
    may_see_identity: bool
    name_recorded: bool
    who: Who
    levels: tuple[Level, ...]
    duties: tuple[DutyLine, ...]
    duties_closed: tuple[DutyLine, ...]
    duties_missed: tuple[DutyLine, ...]
    needs: tuple[NeedLine, ...]
    proposal: Proposal | None
    timeline: tuple[TimelineEntry, ...]
    facts_by_group: tuple[tuple[str, str, int], ...]
    access: tuple[AccessLine, ...]
    drafts: tuple[DraftLine, ...]
    questions: tuple[Ask, ...]
    presuming: Presuming | None
    next_change_on: date | None
    standing: Standing
    stay: Stay | None = None
    # For a reader behind whom a criminal file or a permit stands: where her letters go.
    letters: str = ""
    persons: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def facts_in_all(self) -> int:
        """Also those that `timeline` does not tell."""
        return sum(number for _group, _label, number in self.facts_by_group)

    @property
    def may_share(self) -> bool:
        return self.own and "may_share" in self.standing.words

    @property
    def relation(self) -> str:
        """How the reader stands to the file: team, assigned, urgent or granted."""
        return self.standing.relation

    @property
    def next_question(self) -> Ask | None:
        return self.questions[0] if self.questions else None


def case_page(
    actor: Actor, code: str, *, now: datetime, on: date | None = None, explained: bool = True, recent: int | None = None
) -> CasePage:
    """The page of one case as the actor may see it, on a day (today there, unless asked otherwise).

    Without `explained`, lines say neither which facts they rest on nor what is missing: that is read when one is opened.
    `recent`: how many facts the timeline tells, the newest; a file followed for years opens as fast as a new one. None: all.

    Findings are judged here and now on the facts shown, so that the page is never older than its timeline. Raises
    NotVisible for a foreign code. Cost: 9 queries whatever the size of the file.
    """
    case, held = visible_case_with_standing(actor, code)
    mechanism = mechanisms.named(case.mechanism)
    today = civil_day(case.zone, now)
    asked = on or today
    own = case.organisation_id == actor.organisation_id
    grants = _grants(actor, own, case=case.pk)
    groups = held.groups(tuple(mechanism.groups))
    facts = _facts(actor, own, case=case.pk)
    judged = evaluation.judge(mechanism, facts, on=asked, groups=groups, explained=explained)
    ring = _ring(case, actor)
    reader = _Reader(actor, mechanism, ring, facts)
    timeline = reader.timeline(judged, recent)
    newest = {record.tier: record for record in _newest_records(actor, own, person=case.person_id)}
    levels = rights.by_level(mechanism, judged, asked, actor.language, questions.written(mechanism, judged, facts))
    duties = _told_apart([reader.duty(task, today) for task in _tasks(actor, own, case=case.pk)])
    closed = sorted((d for d in duties if d.closed_at), key=lambda d: d.closed_at or now, reverse=True)
    role, language = actor.role, actor.language
    offered = {way for duty in duties if duty.closed_at is None for way in duty.ways}
    proposal = next_facts.presumption_to_think_of(mechanism, facts, judged, role=role, language=language)
    needs = next_facts.open_needs(mechanism, facts, on=asked, role=role, language=language)
    return CasePage(
        case_id=case.pk, person_id=case.person_id, place_reference=case.place_reference, code=case.code, pseudonym=case.pseudonym,
        jurisdiction=case.jurisdiction,
        territory=wording.territory(mechanism, case.territory, actor.language), mechanism=mechanism.name,
        mechanism_hash=mechanism.hash, banners=tuple(words.text(actor.language) for words in mechanism.banners), on=asked,
        today=today, revision=case.revision, opened_on=case.opened_on, closed_on=case.closed_on,
        opened_by=_opened_by(case, own, actor), own=own,
        groups=None if groups is None else tuple(sorted({*groups, *({IDENTITY} & held.words)})),
        may_see_identity=IDENTITY in held.words, standing=held, name_recorded=reader.has_name(newest.get("identity")),
        who=reader.who(case, judged, newest.get("contact"), groups), levels=levels,
        duties=tuple(sorted((d for d in duties if d.closed_at is None), key=partial(_by_due, mechanisms.order_of(case.mechanism)))),
        duties_closed=tuple(d for d in closed if d.closing != MISSED), duties_missed=tuple(d for d in closed if d.closing == MISSED),
        needs=tuple(need for need in needs if need.doing not in offered),
        proposal=proposal if proposal and all(way.kind != proposal.doing.kind for way in offered) else None,
        timeline=timeline, facts_by_group=reader.by_group(),
        access=tuple(reader.access(grant, now) for grant in grants),
        drafts=tuple(DraftLine(draft.pk, draft.form, draft.saved_at) for draft in _drafts(actor, case=case.pk)),
        questions=questions.in_order(mechanism, judged, facts, groups, actor.language),
        presuming=questions.presuming(mechanism, judged, groups, role=role, language=language), next_change_on=judged.next_change_on,
        stay=last_stay(reader.latest(STARTED), reader.latest(ENDED)), letters=_letters(case, own, grants, facts, actor),
        persons=frozenset({case.person_id}),
    )  # fmt: skip


def _letters(case: Case, own: bool, grants: Sequence[Grant], facts: Sequence[Fact], actor: Actor) -> str:
    if own or not any(grant.purpose in mail_address.BOUND for grant in grants):
        return ""
    return mail_address.in_words(mail_address.elected(facts), case.organisation.name, actor.language)


CASE, PERSON = Given("case", UUIDField()), Given("person", UUIDField())


@kept
def _grants(actor: Actor, own: bool) -> QuerySet[Grant]:
    return Grant.objects.visible_to(actor, own=own).filter(case_id=CASE).select_related("organisation").order_by("-starts_at", "pk")


@kept
def _facts(actor: Actor, own: bool) -> QuerySet[Fact]:
    return Fact.objects.visible_to(actor, own=own).filter(case_id=CASE).select_related("organisation", "user").order_by("revision", "id")


@kept
def _tasks(actor: Actor, own: bool) -> QuerySet[Task]:
    ours = Task.objects.visible_to(actor, own=own).filter(organisation=actor.organisation_id)
    return ours.filter(case_id=CASE).select_related("assignee")


@kept
def _drafts(actor: Actor) -> QuerySet[Draft]:
    return Draft.objects.visible_to(actor).filter(case_id=CASE).order_by("-saved_at", "pk")


@kept
def _newest_records(actor: Actor, own: bool) -> QuerySet[SealedRecord]:
    records = SealedRecord.objects.visible_to(actor, own=own).filter(person_id=PERSON, tier__in=("contact", "identity"))
    return records.order_by("tier", "-version").distinct("tier")


def _ended(grant: Grant, now: datetime) -> bool:
    return grant.revoked_at is not None or (grant.ends_at is not None and grant.ends_at <= now)


def _ring(case: Case, actor: Actor) -> KeyRing | None:
    if actor.organisation_id is None or actor.kind == "system":
        return None
    try:
        return KeyRing(person_key(case.person_id, actor.organisation_id))
    except NoKey:
        return None


def _opened_by(case: Case, own: bool, actor: Actor) -> str:
    return _("your organisation") if own else case.organisation.name


def _told_apart(lines: Sequence[DutyLine]) -> list[DutyLine]:
    """Open duties with the same words are told apart by who owes them."""
    counted = Counter(line.duty for line in lines if line.closed_at is None)
    return [replace(line, twin=line.closed_at is None and counted[line.duty] > 1) for line in lines]


def _by_due(written: Mapping[str, int], line: DutyLine) -> tuple[date, datetime, int]:
    return (line.due.latest if line.due else date.min, line.opened_at, written.get(line.rule_id, 0))


# ---- facts in words


def _author(fact: Fact) -> str:
    """A step of a house (`place_facts`) is kept under whoever keeps the file, who did not say it."""
    if fact.data_group == HOUSING and fact.basis == "third_party" and fact.user_id is None:
        return _("the house itself; told to %(name)s") % {"name": fact.organisation.name}
    return fact.organisation.name


def timeline_of(actor: Actor, case: Case, facts: Sequence[Fact]) -> tuple[TimelineEntry, ...]:
    """Chosen facts of a case as its page tells them, newest first. Facts come with `organisation` and `user`. Cost: 2 queries."""
    mechanism = mechanisms.named(case.mechanism)
    reader = _Reader(actor, mechanism, _ring(case, actor), facts)
    return reader.timeline(evaluation.Judgement(case.opened_on, {}, None))


class _Reader:
    """Puts the facts of one case in words for one reader."""

    def __init__(self, actor: Actor, mechanism: Mechanism, ring: KeyRing | None, facts: Sequence[Fact]) -> None:
        facts = kept_from_state.told(facts, actor)
        self.actor, self.mechanism, self.ring, self.facts = actor, mechanism, ring, facts
        self.language = actor.language
        self.living = evaluation.living(facts)

    def answers(self, fact: Fact) -> tuple[Answer, ...]:
        kind = self.mechanism.facts.get(fact.kind)
        declared = kind.fields if kind else {}
        told = [
            Answer(
                name, declared[name].label.text(self.language), wording.value(self.mechanism, declared[name], value, self.language), value
            )
            for name, value in fact.fields.items()
            if name in declared
        ]
        return (*told, *self._sealed_answers(fact, declared))

    def _sealed_answers(self, fact: Fact, declared: Mapping[str, Any]) -> list[Answer]:
        if not fact.sealed:
            return []
        try:
            opened = sealed.open_fields(self.ring, fact) if self.ring else None
        except SealBroken:
            opened = None
        if opened is None:
            return [Answer("", _("Sealed text"), _("Closed to your organisation."), sealed=True, closed=True)]
        return [
            Answer(name, declared[name].label.text(self.language) if name in declared else _("Why"), str(value), value, sealed=True)
            for name, value in opened.items()
        ]

    def timeline(self, judged: evaluation.Judgement, recent: int | None = None) -> tuple[TimelineEntry, ...]:
        """Newest first, by the day it speaks of."""
        newest = sorted(self.facts, key=lambda fact: (fact.when_said, fact.revision), reverse=True)[:recent]
        corrected = {fact.corrects_id: fact for fact in self.facts if fact.corrects_id}
        disputed = {fact for one in judged.disagreements for fact in one.facts}
        return tuple(self._entry(fact, corrected.get(fact.pk), fact.pk in disputed) for fact in newest)

    def by_group(self) -> tuple[tuple[str, str, int], ...]:
        """Groups of the facts, in words, with how many; by their words."""
        counted = Counter(fact.data_group for fact in self.facts)
        told = [(group, wording.group(self.mechanism, group, self.language), number) for group, number in counted.items()]
        return tuple(sorted(told, key=lambda line: line[1]))

    def _entry(self, fact: Fact, correction: Fact | None, disputed: bool) -> TimelineEntry:
        kind = self.mechanism.facts.get(fact.kind)
        own = fact.organisation_id == self.actor.organisation_id
        late, hidden = (fact.recorded_at.date() - fact.latest).days, kept_from_state.author(fact, self.actor)
        return TimelineEntry(
            fact_id=fact.pk, kind=fact.kind, label=self._label(fact), group=fact.data_group,
            group_label=wording.group(self.mechanism, fact.data_group, self.language), on=PartialDate(fact.earliest, fact.latest),
            hour=fact.hour, recorded_at=fact.recorded_at, days_late=late if late > LATE_DAYS else 0,
            organisation=hidden or _author(fact), role_label="" if hidden else wording.role(self.mechanism, fact.role, self.language),
            user=fact.user.name if own and fact.user else "", own=own, basis="" if fact.kind in SETTINGS else fact.basis,
            answers=self.answers(fact) if kind else (), corrects=fact.corrects_id,
            corrected_by=correction.pk if correction else None,
            withdrawn=correction is not None and correction.kind == evaluation.WITHDRAWAL, revision=fact.revision, disputed=disputed,
        )  # fmt: skip

    def _label(self, fact: Fact) -> str:
        if fact.kind == evaluation.WITHDRAWAL and fact.corrects_id:
            return _("Withdrawn: entered in error")
        kind = self.mechanism.facts.get(fact.kind)
        return kind.label.text(self.language) if kind else fact.kind

    def latest(self, kind: str) -> Fact | None:
        return last_word(fact for fact in self.living if fact.kind == kind)

    # -- who

    def who(self, case: Case, judged: evaluation.Judgement, contact: SealedRecord | None, groups: Sequence[str] | None) -> Who:
        minor, disputed = (judged.findings.get(f"common.{name}") for name in ("minor_today", "age_disputed"))
        at_time = judged.findings.get("common.minor_at_exploitation")
        is_disputed = disputed is not None and disputed.outcome == "holds"
        age_class = {"holds": "minor", "does_not_hold": "adult"}.get(minor.outcome if minor else "", "not_known")
        return Who(
            pseudonym=case.pseudonym, age_class=age_class, age_disputed=is_disputed,
            treated_as_child=age_class == "minor" or is_disputed,
            minor_at_exploitation={"holds": "yes", "does_not_hold": "no"}.get(at_time.outcome if at_time else "", "not_known"),
            language=str(self._open_record(contact).get("language", "")), answers=self.described(),
            contact=self.safe_contact(), ages=self._ages(judged.on),
            ages_differ=any(one.field == "turns_18" for one in judged.disagreements),
            ask_age=self._next(minor, groups), ask_age_then=self._next(at_time, groups),
        )  # fmt: skip

    def _ages(self, on: date) -> tuple[int, int] | None:
        """The youngest and the oldest she may be by the last word of each body that told her age."""
        aged = [fact for fact in self._descriptions() if isinstance(fact.fields.get("turns_18"), dict)]
        last = {fact.organisation_id: fact for fact in sorted(aged, key=lambda fact: fact.when_said)}
        told = [ages for fact in last.values() if (ages := questions.ages(fact, on))]
        return (min(youngest for youngest, _oldest in told), max(oldest for _youngest, oldest in told)) if told else None

    def _descriptions(self) -> list[Fact]:
        return [fact for fact in self.living if fact.kind == "person_described"]

    def described(self) -> tuple[Answer, ...]:
        """What was last answered of each question about her: a newer description that is silent takes nothing away."""
        found: dict[str, Answer] = {}
        for fact in sorted(self._descriptions(), key=lambda fact: fact.when_said, reverse=True):
            for answer in self.answers(fact):
                known = found.get(answer.name)
                if known is None or (known.value in MISSING and answer.value not in MISSING):
                    found[answer.name] = answer
        return tuple(found.values())

    def _next(self, told: rulebook.Finding | None, groups: Sequence[str] | None) -> Ask | None:
        """The question behind what cannot be told, where its answer is open to this reader."""
        asked = told.asks if told is not None and told.outcome == "cannot_tell" else None
        if asked and groups is not None and self.mechanism.facts[asked[0]].group not in groups:
            return None
        return wording.ask(self.mechanism, asked, self.language)

    def _open_record(self, record: SealedRecord | None) -> dict[str, Any]:
        if record is None or self.ring is None:
            return {}
        return sealed.open_newest(self.ring, record.and_before(self.actor)).values

    def has_name(self, record: SealedRecord | None) -> bool:
        """Whether a name is written down; which one stays on a page of its own."""
        return bool(names_in(self._open_record(record)))

    def safe_contact(self) -> SafeContact:
        """As last said. A warning by who keeps the file stays on top until they note anew, whatever another body says since."""
        said = [fact for fact in self.living if fact.kind == contact_safety.KIND]
        kept = [fact for fact in said if fact.by_keeper]
        newest, keepers = (last_word(those) for those in (said, kept))
        if newest is None:
            return SafeContact(asked=False)
        if keepers is None or keepers.pk == newest.pk or not (before := self._never_forgotten(self._contact(keepers), kept)).warns:
            return self._never_forgotten(self._contact(newest), said)
        return replace(before, since=self._contact(newest))

    def _never_forgotten(self, told: SafeContact, said: Sequence[Fact]) -> SafeContact:
        """What must never be said stands until she says otherwise: newer instructions that are silent about it take nothing away."""
        if any(answer.name == NEVER_SAY for answer in told.answers):
            return told
        for fact in sorted(said, key=lambda fact: fact.when_said, reverse=True):
            if kept := [answer for answer in self.answers(fact) if answer.name == NEVER_SAY]:
                return replace(told, answers=(*told.answers, *kept))
        return told

    def _contact(self, fact: Fact) -> SafeContact:
        told = fact.fields.get("can_contact", MISSING[0])
        listened = fact.fields.get("someone_may_listen") == "yes"
        beside = fact.fields.get("accompanied_by", "alone")
        accompanied = beside not in ("alone", "professional", *MISSING)
        on, moves = PartialDate(fact.earliest, fact.latest), [self.latest(kind) for kind in (STARTED, ENDED)]
        moved_since = any(move is not None and move.when_said > fact.when_said for move in moves)
        by = "" if fact.by_keeper else _author(fact)
        return SafeContact(True, on, fact.pk, told, self.answers(fact), listened, accompanied, moved_since, by, noted_at=fact.recorded_at)

    # -- duties and access

    def duty(self, task: Task, today: date) -> DutyLine:
        late = (today - task.due_latest).days if task.due_latest and task.closed_at is None else 0
        answering = mechanisms.roles_answering_to(self.actor.role)
        return DutyLine(
            task_id=task.pk, rule_id=task.rule_id, duty=wording.rule_label(self.mechanism, task.rule_id, self.language),
            text=wording.rule_text(self.mechanism, task.rule_id, self.language), level=task.level, role=task.role,
            role_label=wording.role(self.mechanism, task.role, self.language), due=wording.days(task.due_earliest, task.due_latest),
            overdue_days=max(0, late), opened_at=task.opened_at, closed_at=task.closed_at, closing=task.closing,
            closing_fact=task.closing_fact_id, trigger_fact=task.trigger_fact_id, assignee=task.assignee.name if task.assignee else "",
            assignee_id=task.assignee_id, snoozed_until=task.snoozed_until, note=self._note(sealed.TASK, task.pk, task.note),
            can_be_mine=task.role in answering,
            ways=() if task.closed_at else self._ways(task.rule_id),
        )  # fmt: skip

    def _ways(self, rule_id: str) -> tuple[Doing, ...]:
        return next_facts.ways_to_do(self.mechanism, rule_id, role=self.actor.role, language=self.language)

    def access(self, grant: Grant, now: datetime) -> AccessLine:
        return AccessLine(
            grant.pk, grant.organisation.name, tuple(wording.group(self.mechanism, word, self.language) for word in grant.groups),
            self._note(sealed.GRANT, grant.pk, grant.reason), grant.starts_at, grant.revoked_at or grant.ends_at, _ended(grant, now),
            load_policy().purposes[grant.purpose].label[self.language], self._carried_by(grant),
        )  # fmt: skip

    def _carried_by(self, grant: Grant) -> str:
        """What carries an access, by name: her consent, the rule, or danger to her life."""
        if grant.danger:
            return _("because her life was said to be in danger, for four hours")
        if grant.law:
            return wording.rule_label(self.mechanism, grant.law, self.language)
        if grant.consent_fact is None:
            return ""
        consent = next((fact for fact in self.facts if fact.pk == grant.consent_fact), None)
        day = PartialDate(consent.earliest, consent.latest).text(self.language) if consent else ""
        return _("with her consent of %(day)s") % {"day": day} if day else _("with her consent")

    def _note(self, table: str, row: UUID, blob: bytes | memoryview | None) -> str:
        if not blob or self.ring is None:
            return ""
        try:
            return str(self.ring.unseal(table, row, "narrative", bytes(blob)).get("reason", ""))
        except SealBroken:
            return ""
