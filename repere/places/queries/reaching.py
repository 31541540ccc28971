"""By which telephone the two sides of a request reach each other: service lines only, from the directory or as somebody told them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from repere.accounts.actor import Actor
from repere.directory.checks import phone_in_words
from repere.directory.entry_models import Contact, Service
from repere.directory.tiers import Tier
from repere.places.models import Question, Request


def service_lines(actor: Actor, bodies: Iterable[UUID]) -> dict[UUID, str]:
    """Organisation → the telephone of one of its vetted entries that members may read, in international form. Cost: one query."""
    services = Service.objects.visible_to(actor).offered().filter(structure__member__in=set(bodies), tier__lte=Tier.MEMBERS)
    settled = Q(replaces=None) | Q(called_back_on__isnull=False)
    lines = Contact.objects.filter(settled, service__in=services, kind=Contact.Kind.PHONE, mandate=None, ended_on=None)
    found = lines.order_by("verified_on", "-entered_at", "id").values_list("service__structure__member_id", "value")
    return dict(found)


def our_line(actor: Actor) -> str:
    """What stands in the form: the number that this organisation told last, else that of the directory."""
    if actor.organisation_id is None:
        return ""
    ours = Request.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, moved_from=None).exclude(line="")
    last: str | None = ours.order_by("-asked_at", "id").values_list("line", flat=True).first()
    told = last or service_lines(actor, [actor.organisation_id]).get(actor.organisation_id, "")
    return phone_in_words(told) if told else ""


def questions_of(actor: Actor, request: Request, *, hold: UUID | None = None) -> list[Question]:
    """Asked about a request, oldest first: of every house for who asked for the place; with `hold`, of that one only."""
    found = Question.objects.visible_to(actor).filter(request=request)
    return list(found.filter(hold=hold) if hold else found)
