"""What stands in the form of a referral before anybody types: what her file says, and services that may answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from repere.accounts.middleware import ActingRequest
from repere.cases.models import Case
from repere.cases.queries import case_page
from repere.cases.referral.forms import ReferralForm
from repere.cases.territory import civil_day
from repere.cases.views.drafts import Unsent
from repere.core.dates import PartialDate
from repere.directory.queries.choosing import Choice, to_choose
from repere.directory.vocabulary import NEEDED_OF, languages_named

PROPOSED = timedelta(days=90)
"""How long an access is proposed for: our choice, said beside the field."""
COME_BACK = "for=referral"
"""Said to the page of an agreement that was opened from here, so that it leads back."""


def looks_for_a_service(request: ActingRequest) -> bool:
    """The button of the search, or its words changed and the return key: nothing is checked and nothing is sent then."""
    posted = request.POST
    if request.method != "POST" or posted.get("digest"):
        return False
    return "find" in posted or "note_agreement" in posted or posted.get("service_words", "") != posted.get("found_for", "")


def begin(form: ReferralForm, request: ActingRequest, case: Case, unsent: Unsent, *, now: datetime) -> None:
    """What the form starts with: what was typed a moment ago or left before; else what the file says."""
    if form.is_bound:
        return
    if request.method == "POST":
        form.initial = form.typed(request.POST)
        return
    if unsent.found is None:
        form.initial = {**form.initial, **_told(request, case, now)}
    else:
        unsent.restore(form)
    if COME_BACK in request.META.get("QUERY_STRING", ""):
        form.choose_noted(since=unsent.found.saved_at if unsent.found else None)


def _told(request: ActingRequest, case: Case, now: datetime) -> dict[str, object]:
    page = case_page(request.actor, case.code, now=now, explained=False)
    until = PartialDate.on(civil_day(case.zone, now) + PROPOSED).text(request.actor.language)
    languages, _unknown = languages_named(page.who.language)
    needs = {need.code for need in page.needs} | {way.need for duty in page.duties for way in duty.ways if way.need}
    return {"needs": sorted(needs), "language": languages[0] if languages else "", "purpose": "support", "until": until}


def services_for(form: ReferralForm, request: ActingRequest, case: Case, *, on: date) -> Choice:
    """Services to choose from, also offered to the form: by the words typed, else by what she needs; near her first."""
    needs = form["needs"].value() or []
    functions = {function.value for need in needs for function in NEEDED_OF.get(need, ())}
    found = to_choose(
        request.actor, form["service_words"].value() or "", functions=functions, near=case.territory, on=on,
        chosen=_id(form["service"].value()),
    )  # fmt: skip
    form.offer_services([(str(line.service.pk), line.service.name) for line in found.lines])
    return found


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
