"""What the pages about referrals read. The inbox asks a fixed number of questions, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from repere.accounts.actor import Actor
from repere.accounts.kept import kept, kept_counts
from repere.cases import mail_address, mechanisms
from repere.cases.access import standing, visible_case, visible_case_by_id
from repere.cases.models import Capsule, Case, Fact, Grant, JointStep, Offer, Referral, ScopedQuerySet
from repere.cases.models.referral import ACCEPTED, RUNNING, SENT
from repere.cases.queries.case_page import TimelineEntry, timeline_of
from repere.cases.referral.actions.answering import visible_offer
from repere.cases.referral.actions.sending import note_of
from repere.cases.referral.showing import freeze
from repere.cases.refusals import NotVisible
from repere.directory.checks import phone_in_words
from repere.directory.entry_models import Contact, Service
from repere.directory.models import Organisation

PAGE = 50
MOST = 10_000
TABS = ("to_answer", "taken", "sent", "closed")


@dataclass(frozen=True)
class OfferLine:
    """One referral in a list: nothing of the person, the other side by its name."""

    offer_id: UUID
    code: str
    other: str
    is_mine_to_answer: bool
    state: str
    urgency: str
    needs: tuple[str, ...]
    answer_by: datetime | None
    late: bool
    news: str
    sent_at: datetime | None
    waits_for_link: bool


@dataclass(frozen=True)
class Inbox:
    tab: str
    counts: dict[str, int]
    lines: tuple[OfferLine, ...]
    page: int
    pages: int


def inbox(actor: Actor, *, tab: str = "to_answer", page: int = 1, now: datetime) -> Inbox:
    """One tab, earliest answer first. Cost: 7 queries. Counts stop at MOST."""
    tab = tab if tab in TABS else "to_answer"
    mine = Q(organisation=actor.organisation_id)
    conditions = {
        "to_answer": mine & Q(state__in=RUNNING),
        "taken": mine & Q(state=ACCEPTED),
        "sent": Q(owner=actor.organisation_id) & Q(state__in=(*RUNNING, ACCEPTED)),
        "closed": ~Q(state__in=(*RUNNING, ACCEPTED, "waiting")),
    }
    rows = Offer.objects.visible_to(actor)
    counts = {name: rows.filter(condition).order_by()[:MOST].count() for name, condition in conditions.items()}
    pages = max(1, -(-counts[tab] // PAGE))
    page = min(max(1, page), pages)
    order = ("answer_by", "pk") if tab == "to_answer" else ("-sent_at", "pk")
    shown = rows.filter(conditions[tab]).order_by(*order)[(page - 1) * PAGE : page * PAGE]
    found = list(shown.select_related("owner", "organisation"))
    services, unlinked = _services(found, actor), _without_link(found, actor)
    return Inbox(tab, counts, tuple(_line(row, actor, services, unlinked, now) for row in found), page, pages)


@dataclass(frozen=True)
class Unanswered:
    """What waits for the answer of the actor's organisation: how many, and the earliest time to answer by."""

    number: int
    first_by: datetime | None


def to_answer(actor: Actor) -> Unanswered:
    """What the inbox shows under "To answer", counted; nothing of any person. Cost: one query, or two. Counting stops at MOST."""
    first = _first_to_answer(actor)
    return Unanswered(_number_to_answer(actor)["running"], first[0]) if first else Unanswered(0, None)


def _running(actor: Actor) -> ScopedQuerySet[Offer]:
    return Offer.objects.visible_to(actor).filter(organisation=actor.organisation_id, state__in=RUNNING).order_by("answer_by", "pk")


@kept
def _first_to_answer(actor: Actor) -> QuerySet[Any, datetime | None]:
    return _running(actor).values_list("answer_by", flat=True)[:1]


@kept_counts
def _number_to_answer(actor: Actor) -> dict[str, ScopedQuerySet[Offer]]:
    return {"running": _running(actor)[:MOST]}


def unread(actor: Actor) -> int:
    """News that somebody of the actor's organisation has not opened yet. Cost: 1 query."""
    mine = Q(organisation=actor.organisation_id) & ~Q(news_for_receiver="")
    sent = Q(owner=actor.organisation_id) & ~Q(news_for_sender="")
    return Offer.objects.visible_to(actor).filter(mine | sent).order_by()[:MOST].count()


def _services(offers: list[Offer], actor: Actor) -> dict[UUID, str]:
    """Names of services without an account."""
    ids = [offer.service for offer in offers if offer.organisation_id is None and offer.service]
    return dict(Service.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _without_link(offers: list[Offer], actor: Actor) -> set[UUID]:
    """Offers to services without an account for which the sender has not made the link yet: nothing has left."""
    ids = {row.pk for row in offers if row.organisation_id is None and row.owner_id == actor.organisation_id and row.state == SENT}
    return ids - set(Capsule.objects.visible_to(actor).filter(offer__in=ids).values_list("offer_id", flat=True)) if ids else ids


def _line(row: Offer, actor: Actor, services: dict[UUID, str], unlinked: set[UUID], now: datetime) -> OfferLine:
    received = row.organisation_id == actor.organisation_id
    name = row.organisation.name if row.organisation else services.get(row.service, "") if row.service else ""
    return OfferLine(
        row.pk, row.code, row.owner.name if received else name, received and row.state in RUNNING, row.state, row.urgency,
        needs_in_words(row, actor.language), row.answer_by, row.state in RUNNING and row.answer_by is not None and row.answer_by <= now,
        row.news_for_receiver if received else row.news_for_sender, row.sent_at, row.pk in unlinked,
    )  # fmt: skip


def needs_in_words(offer: Offer, language: str) -> tuple[str, ...]:
    entries = mechanisms.common().codelists["need"]
    return tuple(entries[need].label.text(language) for need in offer.needs["needs"] if need in entries)


@dataclass(frozen=True)
class Reached:
    """A telephone or mailbox of a service without an account, as the directory has it."""

    kind: str
    value: str


def reached_by(service: UUID) -> list[Reached]:
    """Whom to call and where to write for a link and its code: lines of the service itself, verified ones first. Cost: one query."""
    own = Contact.objects.filter(service=service, kind__in=(Contact.Kind.PHONE, Contact.Kind.EMAIL), ended_on=None, mandate=None)
    lines = own.order_by(F("verified_on").desc(nulls_last=True), "kind", "id").values_list("kind", "value")
    return [Reached(kind, phone_in_words(value) if kind == Contact.Kind.PHONE else value) for kind, value in lines]


@dataclass(frozen=True)
class OfferPage:
    """One referral for one of its sides. `case` and `shown` are None and empty before acceptance, for the receiver."""

    offer: Offer
    is_sender: bool
    other: str
    needs: tuple[str, ...]
    case: Case | None
    shown: tuple[TimelineEntry, ...]
    same_view: bool | None
    note: str
    consent_version: int | None
    referral: Referral | None
    steps: tuple[JointStep, ...]
    reads: int
    capsule: Capsule | None

    @property
    def waits_for_link(self) -> bool:
        """To a service without an account, and the sender has not made the link: nothing has left."""
        return self.is_sender and self.offer.organisation_id is None and self.offer.state == SENT and self.capsule is None

    @property
    def persons(self) -> frozenset[UUID]:
        return frozenset({self.case.person_id}) if self.case else frozenset()

    def letters(self, language: str) -> str:
        """The address for her letters, in words, where a criminal file or a permit is behind it."""
        if self.offer.purpose not in mail_address.BOUND:
            return ""
        return mail_address.in_words(self.offer.needs.get("letters", ""), self.offer.owner.name, language)


def offer_page(actor: Actor, offer_id: UUID) -> OfferPage:
    """NotVisible to whoever is on neither side. Cost: at most 12 queries."""
    offer = visible_offer(offer_id, actor)
    steps = tuple(JointStep.objects.visible_to(actor).filter(offer=offer))
    needs = needs_in_words(offer, actor.language)
    if offer.owner_id == actor.organisation_id:
        referral = Referral.objects.visible_to(actor).select_related("case", "consent").get(pk=offer.referral_id)
        shown, _facts = _frozen(actor, referral.case, [UUID(line[0]) for line in referral.package])
        other = offer.organisation.name if offer.organisation else _services([offer], actor).get(offer.service or UUID(int=0), "")
        version = referral.consent.version if referral.consent else None
        capsule = Capsule.objects.visible_to(actor).filter(offer=offer).first()
        reads = _reads(referral, offer)
        return OfferPage(
            offer, True, other, needs, referral.case, shown, None, note_of(referral, actor), version, referral, steps, reads, capsule
        )
    case, opened, same = _through_grant(actor, offer)
    return OfferPage(offer, False, offer.owner.name, needs, case, opened, same, "", None, None, steps, 0, None)


def _through_grant(actor: Actor, offer: Offer) -> tuple[Case | None, tuple[TimelineEntry, ...], bool | None]:
    """What an accepted offer opened, and whether it is, to the letter, what the sender looked at."""
    grant = Grant.objects.visible_to(actor).active().filter(pk=offer.grant_id).first() if offer.grant_id else None
    if grant is None:
        return None, (), None
    case = visible_case_by_id(actor, grant.case_id)
    rows = Fact.objects.visible_to(actor).filter(case=case).select_related("organisation", "user").order_by("revision", "id")
    facts = list(rows.filter(revision__lte=grant.through_revision) if grant.through_revision is not None else rows)
    if grant.through_revision is None:
        return case, timeline_of(actor, case, facts), None
    same = freeze(case, facts, groups=grant.groups, consent=grant.consent_fact).digest == offer.digest
    return case, timeline_of(actor, case, facts), same


def _frozen(actor: Actor, case: Case, ids: list[UUID]) -> tuple[tuple[TimelineEntry, ...], list[Fact]]:
    rows = Fact.objects.visible_to(actor).filter(case=case, pk__in=ids).select_related("organisation", "user").order_by("revision", "id")
    facts = list(rows)
    return timeline_of(actor, case, facts), facts


READS = "SELECT row_kind, row_organisation FROM looks_at_person(%s, NULL, 2000) WHERE row_kind = 'look' AND row_at >= %s"


def _reads(referral: Referral, offer: Offer) -> int:
    """How often the receiver looked since it accepted: what it read counts as known to it, whatever ends later."""
    if offer.answered_at is None or offer.organisation_id is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(READS, [referral.person_id, offer.answered_at])
        return sum(1 for _kind, organisation in cursor.fetchall() if organisation == offer.organisation_id)


@dataclass(frozen=True)
class CaseReferrals:
    case: Case
    lines: tuple[tuple[Referral, tuple[OfferLine, ...]], ...]


def case_referrals(actor: Actor, code: str, *, now: datetime) -> CaseReferrals:
    """Every referral of one file of one's own organisation, with its offers in their order. Cost: 7 queries."""
    case = visible_case(actor, code)
    if case.organisation_id != actor.organisation_id or "shares" not in standing(actor, case).words:
        raise NotVisible
    referrals = list(Referral.objects.visible_to(actor).filter(case=case))
    rows = Offer.objects.visible_to(actor, own=True).filter(referral__in=[one.pk for one in referrals])
    offers = list(rows.select_related("owner", "organisation").order_by("rank"))
    services, unlinked = _services(offers, actor), _without_link(offers, actor)
    lines = [
        (one, tuple(_line(row, actor, services, unlinked, now) for row in offers if row.referral_id == one.pk)) for one in referrals
    ]  # fmt: skip
    return CaseReferrals(case, tuple(lines))


def recipients(actor: Actor) -> list[tuple[str, str]]:
    """Organisations past their probation, for a choice."""
    others = Organisation.objects.vetting().exclude(pk=str(actor.organisation_id))
    return [(str(one.pk), f"{one.name} ({one.get_kind_display()})") for one in others]


__all__ = [
    "CaseReferrals", "Inbox", "OfferLine", "OfferPage", "Unanswered", "case_referrals", "inbox", "needs_in_words", "offer_page",
    "reached_by", "recipients", "to_answer", "unread",
]  # fmt: skip
