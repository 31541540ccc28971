"""Whether a mailbox of the directory is read: the page of who keeps the entry, and the page that the link in the letter opens."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.accounts import mailbox_links
from repere.directory.doors import visible_contact, who
from repere.directory.entry_models import Contact, MailboxLink
from repere.directory.refusals import NotVisible
from repere.directory.tiers import Tier
from repere.directory.views.changing import ours
from repere.directory.views.doors import ActingRequest, attempt, page


@require_GET
@page
def mailbox(request: ActingRequest, contact: UUID) -> HttpResponse:
    """The last link sent, when the mailbox was last confirmed, and one button."""
    held = _kept(request, contact)
    last = MailboxLink.objects.filter(contact=held, organisation_id=who(request.actor).organisation_id).first()
    opens = last is not None and last.used_at is None and last.expires_at > timezone.now()
    context = {
        "contact": held, "last": last, "opens": opens, "section": "directory",
        "mails": bool(settings.EMAIL_HOST), "hidden": held.service.tier >= Tier.NEED_TO_KNOW, "days": mailbox_links.LASTS.days,
    }  # fmt: skip
    return render(request, "accounts/mailbox.html", context)


@require_POST
@page
def send(request: ActingRequest, contact: UUID) -> HttpResponse:
    held = _kept(request, contact)

    def address_of(token: str) -> str:
        return request.build_absolute_uri(reverse("seen:mailbox", args=[token]))

    attempt(request, lambda: mailbox_links.send_link(held.pk, address_of=address_of, acting=request.actor, now=timezone.now()))
    return redirect("directory:mailbox", held.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """Nothing is looked up, and nothing written, before the button is pressed: every link answers the same page, which stands alone and
    names nothing."""
    pressed = request.method == "POST"
    confirmed = pressed and mailbox_links.confirm_mailbox(token, now=timezone.now())
    return render(request, "accounts/mailbox_seen.html", {"pressed": pressed, "confirmed": confirmed})


def _kept(request: ActingRequest, contact: UUID) -> Contact:
    """A mailbox of an entry that the reader's organisation keeps; of any other, these pages say nothing."""
    held = visible_contact(request.actor, contact)
    ours(request, held.service_id)
    if held.kind != Contact.Kind.EMAIL:
        raise NotVisible
    return held
