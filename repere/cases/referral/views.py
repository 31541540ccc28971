"""Referrals on screen: the inbox of an organisation, those of one file, one of them for either side."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import doing, fresh
from repere.cases import mail_address, mechanisms
from repere.cases.access import standing
from repere.cases.actions.facts import facts_of
from repere.cases.consent.queries import consents
from repere.cases.models import Case, Fact, Referral
from repere.cases.models.referral import RUNNING
from repere.cases.queries.case_page import TimelineEntry, timeline_of
from repere.cases.referral import actions, queries, words, writing
from repere.cases.referral.forms import JointStepForm, OutcomeForm, ReferralForm, RefuseForm
from repere.cases.referral.showing import Package
from repere.cases.refusals import NotVisible, Refused
from repere.cases.territory import civil_day
from repere.cases.views import drafts
from repere.cases.views.doors import page

STATES_SHOWN = {"running": RUNNING, "recallable": ("open", "taken")}
"""While an offer runs its answer has a time; a referral is called back while it is open or taken."""


@page
def inbox(request: ActingRequest) -> HttpResponse:
    number = request.GET.get("page", "1")
    asked = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = queries.inbox(request.actor, tab=request.GET.get("tab", ""), page=asked, now=timezone.now())
    labels = {"to_answer": _("To answer"), "taken": _("Accepted by us"), "sent": _("Sent by us"), "closed": _("Over")}
    tabs = [(name, labels[name], found.counts[name], name == found.tab) for name in queries.TABS]
    lines = [(line, _state(line), words.NEWS.get(line.news, "")) for line in found.lines]
    return render(request, "cases/referrals.html", {"section": "referrals", "found": found, "tabs": tabs, "lines": lines})


def _state(told: queries.OfferLine | queries.OfferPage) -> tuple[Any, str]:
    state = told.offer.state if isinstance(told, queries.OfferPage) else told.state
    return words.LINK_TO_MAKE if told.waits_for_link else words.STATES[state]


@page
def of_case(request: ActingRequest, code: str) -> HttpResponse:
    found = queries.case_referrals(request.actor, code, now=timezone.now())
    request.shown.add(found.case.person_id)
    rows = [(one, [(line, _state(line)) for line in lines]) for one, lines in found.lines]
    may = "may_share" in standing(request.actor, found.case).words
    return render(request, "cases/case_referrals.html", {"case": found.case, "rows": rows, "may_share": may} | STATES_SHOWN)


def _sends(request: ActingRequest, **_named: Any) -> bool:
    """Looking at what would leave is no sending."""
    return request.method == "POST" and bool(request.POST.get("digest"))


@page
@fresh(when=_sends)
def write(request: ActingRequest, code: str) -> HttpResponse:
    """Write, look at exactly what they will see, send: one page, so that it works without any script."""
    now = timezone.now()
    agreed = consents(request.actor, code, now=now)
    case = agreed.case
    if "may_share" not in standing(request.actor, case).words:
        raise NotVisible
    request.shown.add(case.person_id)
    unsent = drafts.Unsent(request, "referral", case)
    looks = writing.looks_for_a_service(request)
    form = ReferralForm(
        request.POST if request.method == "POST" and not looks else None, case=case, mechanism=mechanisms.named(case.mechanism),
        organisations=queries.recipients(request.actor), consents=agreed.lines, initial={"key": uuid.uuid4()},
    )  # fmt: skip
    facts = _facts(request, case)
    form.offer_to_leave_out([(str(one.fact_id), f"{one.label} · {one.on.text(request.actor.language)}") for one in facts if one.stands])
    writing.begin(form, request, case, unsent, now=now)
    services = writing.services_for(form, request, case, on=civil_day(case.zone, now))
    if "note_agreement" in request.POST:
        unsent.shown()
        return redirect(f"{reverse('cases:consent_new', args=[case.code])}?{writing.COME_BACK}")
    package: Package | None = None
    if form.is_bound and form.is_valid():
        try:
            if digest := request.POST.get("digest", ""):
                sent = actions.send_referral(case, form.asked(), digest=digest, key=form.cleaned_data["key"], acting=request.actor, now=now)
                unsent.sent()
                return _after_sending(request, case, sent)
            package = actions.preview(case, form.asked(), acting=request.actor, now=now)
        except Refused as refused:
            _tell(form, refused)
            package = None
    shown = timeline_of(request.actor, case, package.facts) if package else ()
    context = {"case": case, "form": form, "package": package, "shown": shown, "services": services, "looked_for": looks}
    if package and form.cleaned_data["purpose"] in mail_address.BOUND:
        keeper = request.membership.organisation.name
        context["letters"] = mail_address.in_words(mail_address.elected(facts_of(case, request.actor)), keeper, request.actor.language)
    return render(request, "cases/referral_form.html", context | unsent.shown())


def _after_sending(request: ActingRequest, case: Case, sent: Referral) -> HttpResponse:
    """To the list; where the first service has no account, to the step without which nothing leaves."""
    lines = dict(queries.case_referrals(request.actor, case.code, now=timezone.now()).lines).get(sent, ())
    unlinked = next((line for line in lines if line.waits_for_link), None)
    if unlinked is None:
        messages.success(request, _("Sent. You will see here when they have read it and what they answer."))
        return redirect("cases:case_referrals", code=case.code)
    messages.warning(request, _("Kept. Nothing has left yet: this service has no account. Make the link and the code below."))
    return redirect("cases:offer", offer=unlinked.offer_id)


def _facts(request: ActingRequest, case: Case) -> tuple[TimelineEntry, ...]:
    rows = Fact.objects.visible_to(request.actor, own=True).filter(case=case).select_related("organisation", "user")
    return timeline_of(request.actor, case, list(rows.order_by("revision", "id")))


def _tell(form: Any, refused: Refused) -> None:
    field = {"recipients": "first"}.get(refused.field or "", refused.field or "")
    form.add_error(field if field in form.fields else None, str(refused))


@page
def offer(request: ActingRequest, offer: uuid.UUID) -> HttpResponse:
    found = queries.offer_page(request.actor, offer)
    actions.read_offer(offer, acting=request.actor, now=timezone.now())
    request.shown.update(found.persons)
    return _show(request, found)


def _show(request: ActingRequest, found: queries.OfferPage, **forms: Any) -> HttpResponse:
    row = found.offer
    ring = found.capsule is not None and found.capsule.ring_since is not None
    context = {
        "ring": ring, "reached": queries.reached_by(row.service) if ring and row.service else [],
        "found": found, "offer": row, "state": _state(found), "urgency": words.URGENCIES[row.urgency],
        "handling": words.HANDLINGS[row.handling], "refusal": words.REASONS.get(row.refusal, ""),
        "outcome": words.OUTCOMES.get(row.outcome, ""), "may_answer": not found.is_sender and row.state in RUNNING,
        "steps": [(step, words.STEPS[step.what], step.by_sender == found.is_sender) for step in found.steps],
        "letters": found.letters(request.actor.language),
        "refuse_form": RefuseForm(), "outcome_form": OutcomeForm(), "step_form": JointStepForm(), "section": "referrals",
    }  # fmt: skip
    return render(request, "cases/referral.html", context | forms)


def _refuse(request: ActingRequest, offer: uuid.UUID, form: RefuseForm) -> None:
    actions.refuse_offer(offer, reason=form.cleaned_data["reason"], acting=request.actor, now=timezone.now())


def _outcome(request: ActingRequest, offer: uuid.UUID, form: OutcomeForm) -> None:
    now = timezone.now()
    actions.report_outcome(offer, outcome=form.cleaned_data["outcome"], on=now.date(), acting=request.actor, now=now)


def _step(request: ActingRequest, offer: uuid.UUID, form: JointStepForm) -> None:
    told = form.cleaned_data
    sender = queries.offer_page(request.actor, offer).is_sender
    by_sender = sender if told["whose"] == "ours" else not sender
    actions.add_joint_step(
        offer, what=told["what"], by_sender=by_sender, due_on=told["due_on"], acting=request.actor, now=timezone.now()
    )  # fmt: skip


WITH_A_FORM: dict[str, tuple[Any, Callable[..., None], str]] = {
    "refuse": (RefuseForm, _refuse, "refuse_form"),
    "outcome": (OutcomeForm, _outcome, "outcome_form"),
    "step": (JointStepForm, _step, "step_form"),
}


@page
@fresh(when=doing("accept"))
def act(request: ActingRequest, offer: uuid.UUID, name: str) -> HttpResponse:
    """One step of one side, by POST."""
    if name in WITH_A_FORM:
        build, do, shown_as = WITH_A_FORM[name]
        form = build(request.POST)
        found = queries.offer_page(request.actor, offer)
        if not form.is_valid():
            return _show(request, found, **{shown_as: form})
        return _done(request, offer, lambda: do(request, offer, form))
    return _done(request, offer, lambda: _simple(request, offer, name))


def _simple(request: ActingRequest, offer: uuid.UUID, name: str) -> None:
    acting, now = request.actor, timezone.now()
    if name == "acknowledge":
        actions.acknowledge_offer(offer, acting=acting, now=now)
    elif name == "accept":
        actions.accept_offer(offer, acting=acting, now=now)
    elif name == "recall":
        found = queries.offer_page(acting, offer)
        if found.referral is None:
            raise NotVisible
        actions.recall_referral(found.referral, acting=acting, now=now)
    elif name == "told":
        actions.tell_called_back(offer, acting=acting, now=now)
    elif name == "done":
        actions.finish_joint_step(_uuid(request.POST.get("step", "")), acting=acting, now=now)
    else:
        raise Http404


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _done(request: ActingRequest, offer: uuid.UUID, do: Callable[[], None]) -> HttpResponse:
    try:
        do()
        messages.success(request, _("Written down."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("cases:offer", offer=offer)


@page
@fresh()
def capsule(request: ActingRequest, offer: uuid.UUID) -> HttpResponse:
    """Link and code, shown once to whoever makes them: the link goes by mail, the code by telephone, on the number of the directory."""
    try:
        made = actions.make_capsule(offer, acting=request.actor, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("cases:offer", offer=offer)
    found = queries.offer_page(request.actor, offer)
    request.shown.update(found.persons)
    link = request.build_absolute_uri(f"/open/{made.token}/")
    reached = queries.reached_by(found.offer.service) if found.offer.service else []
    return render(request, "cases/capsule_made.html", {"found": found, "made": made, "link": link, "reached": reached})
