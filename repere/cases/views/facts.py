"""Recording a fact, correcting it, taking back what was entered in error."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from repere.accounts.middleware import ActingRequest
from repere.cases import actions, kept_from_state, mechanisms, queries
from repere.cases.access import visible_case, visible_fact
from repere.cases.actions.facts import CONSENT_MOVES, CorrectedMeanwhile, why_not
from repere.cases.forms import FactForm, WithdrawForm, typed
from repere.cases.models import Case, Fact
from repere.cases.queries import filling, next_facts
from repere.cases.referral.called_back import ended_with
from repere.cases.refusals import Refused, sentence
from repere.cases.said_before import Before, said_before
from repere.cases.territory import civil_day
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.core.dates import PartialDate
from repere.core.rulebook import FactKind, codes_of


@page
def choose(request: ActingRequest, code: str) -> HttpResponse:
    """Which fact? First what the case asks for, then by group; only those this role may record."""
    found = queries.case_page(request.actor, code, now=timezone.now())
    request.shown.update(found.persons)
    mechanism, role, language = mechanisms.named(found.mechanism), request.actor.role, request.actor.language
    text = request.GET.get("q", "").strip()[:100]
    shelves = [
        (group, [(kind, next_facts.words_of(kind, language)) for kind in kinds])
        for group, kinds in next_facts.kinds_for(mechanism, role=role, language=language, keeps=found.own, groups=found.groups, text=text)
    ]
    context = {
        "case": found, "shelves": shelves, "q": text, "fact_root": request.path,
        "likely": [] if text else next_facts.likely(found, mechanism, role=role, language=language),
    }  # fmt: skip
    return render(request, "cases/fact_choose.html", context)


@page
def record(request: ActingRequest, code: str, kind: str) -> HttpResponse:
    case = _case(request, code)
    declared = _kind(case, kind)
    if request.method == "GET" and (refused := why_not(case, declared, acting=request.actor)):
        return render(request, "cases/fact_not_ours.html", {"case": case, "kind": declared, "refused": refused})
    draft = _unsent(request, case, f"fact:{kind}")
    before = said_before(request.actor, case, declared)
    initial = drafts.as_initial(draft.body) if draft else _known(request, case, declared, before)
    form = _form(request, case, declared, initial | _answered(request, case, declared))
    if request.method == "POST":
        if "later" in request.POST:
            return _later(request, case, f"fact:{kind}")
        if form.is_valid() and (done := _send(request, case, form)):
            return done
    context = _context(case, declared, form) | {"restored": draft.saved_at if draft and request.method == "GET" else None}
    return render(request, "cases/fact_form.html", context | {"draft_form": f"fact:{kind}", "before": before})


@page
def correct(request: ActingRequest, code: str, fact: uuid.UUID) -> HttpResponse:
    case, standing = _case(request, code), _fact(request, code, fact)
    declared, name = _kind(case, standing.kind), f"correct:{fact}"
    draft = _unsent(request, case, name)
    initial = drafts.as_initial(draft.body) if draft else _as_typed(request, case, declared, standing)
    form = _form(request, case, declared, initial)
    restored = draft.saved_at if draft and request.method == "GET" else None
    context: dict[str, Any] = {"corrected": standing, "draft_form": name, "restored": restored}
    if request.method == "POST":
        if "later" in request.POST:
            return _later(request, case, name)
        try:
            if form.is_valid() and (done := _send(request, case, form, corrects=standing, draft_name=name)):
                return done
        except CorrectedMeanwhile as meanwhile:
            found = queries.case_page(request.actor, code, now=timezone.now())
            context |= {"theirs": _entry(found, meanwhile.theirs.pk)}
    return render(request, "cases/fact_form.html", _context(case, declared, form) | context)


@page
def withdraw(request: ActingRequest, code: str, fact: uuid.UUID) -> HttpResponse:
    case, standing = _case(request, code), _fact(request, code, fact)
    form = WithdrawForm(request.POST or None, initial={"key": uuid.uuid4()})
    unsent = drafts.Unsent(request, f"withdraw:{standing.pk}", case)
    unsent.restore(form)
    if request.method == "POST" and form.is_valid():
        try:
            why, key = form.cleaned_data["why"], form.cleaned_data["key"]
            actions.withdraw_fact(standing, why=why, key=key, acting=request.actor, now=timezone.now())
            unsent.sent()
            return redirect("cases:case", code=case.code)
        except Refused as refused:
            form.add_error(None, str(refused))
    found = queries.case_page(request.actor, code, now=timezone.now())
    return render(request, "cases/withdraw.html", {"case": case, "form": form, "fact": _entry(found, fact)} | unsent.shown())


@page
def recorded(request: ActingRequest, code: str, fact: uuid.UUID) -> HttpResponse:
    """What followed from a fact: what it opened, what must be done and by when, what others wrote meanwhile."""
    found = queries.case_page(request.actor, code, now=timezone.now())
    request.shown.update(found.persons)
    entry = _entry(found, fact)
    seen = request.GET.get("seen", "")
    context = {
        "page": found, "fact": entry,
        "meanwhile": [e for e in found.timeline if seen.isdigit() and int(seen) < e.revision < entry.revision],
        "opened": [right for level in found.levels for right in level.open if entry.fact_id in right.facts_used],
        "duties": [duty for duty in found.duties if duty.trigger_fact == entry.fact_id or duty.opened_at == entry.recorded_at],
        "ended": ended_with(request.actor, visible_fact(request.actor, fact)) if entry.kind in CONSENT_MOVES else None,
    }  # fmt: skip
    return render(request, "cases/recorded.html", context)


def _entry(found: queries.CasePage, fact: uuid.UUID) -> queries.TimelineEntry:
    entry = next((entry for entry in found.timeline if entry.fact_id == fact), None)
    if entry is None:
        raise Http404
    return entry


@page
@require_POST
def keep(request: ActingRequest, code: str, form: str) -> HttpResponse:
    """Called as one types."""
    now, case = timezone.now(), _case(request, code)
    key = drafts.as_key(request.POST.get("draft_key") or request.POST.get("key"))
    if key is None or drafts.address(code, form) is None:
        raise Http404
    kept = actions.keep_draft(form=form, case=case, body=drafts.typed(request.POST), key=key, acting=request.actor, now=now)
    return drafts.kept(now) if kept else HttpResponse("")


@page
@require_POST
def discard(request: ActingRequest, code: str, form: str) -> HttpResponse:
    case, back = _case(request, code), drafts.address(code, form)
    if back is None:
        raise Http404
    actions.discard_draft(form=form, case=case, acting=request.actor, now=timezone.now())
    return redirect(back)


# ---- steps


def _case(request: ActingRequest, code: str) -> Case:
    case = visible_case(request.actor, code)
    request.shown.add(case.person_id)
    return case


def _fact(request: ActingRequest, code: str, fact: uuid.UUID) -> Fact:
    found = visible_fact(request.actor, fact)
    if found.case.code != visible_case(request.actor, code).code:
        raise Http404
    return found


def _kind(case: Case, kind: str) -> FactKind:
    declared = mechanisms.named(case.mechanism).facts.get(kind)
    if declared is None:
        raise Http404
    return declared


def _form(request: ActingRequest, case: Case, kind: FactKind, initial: dict[str, Any]) -> FactForm:
    data = request.POST if request.method == "POST" else None
    today = civil_day(case.zone, timezone.now())
    started = {"seen_revision": queries.revision_seen(request.actor, case), **initial}
    return FactForm(data, mechanism=mechanisms.named(case.mechanism), kind=kind, role=request.actor.role, today=today, initial=started)


def _known(request: ActingRequest, case: Case, kind: FactKind, before: Before | None) -> dict[str, Any]:
    """What the file knows already of a lasting state is not asked twice. How to reach her is, once she moved (`before`)."""
    if kind.absent != "unknown" or (before is not None and before.moved):
        return {}
    latest = before.newest if before else filling.latest_fact(request.actor, case, kind.id)
    if latest is None or not kept_from_state.told([latest], request.actor):
        return {}
    return {name: value for name, value in _as_typed(request, case, kind, latest).items() if "." in name}


def _unsent(request: ActingRequest, case: Case, name: str) -> filling.KeptDraft | None:
    """What was left in the form. An autosave that crossed the sending of the form leaves nothing that comes back."""
    found = filling.draft(request.actor, form=name, case=case)
    key = str(drafts.as_initial(found.body).get("key", "")) if found and request.method == "GET" else ""
    if key and filling.already_sent(request.actor, uuid.UUID(key)):
        actions.discard_draft(form=name, case=case, acting=request.actor, now=timezone.now())
        return None
    return found


def _answered(request: ActingRequest, case: Case, kind: FactKind) -> dict[str, Any]:
    """Answers that a step of the case page brings along in the address: codes alone, and only those that exist."""
    mechanism, found = mechanisms.named(case.mechanism), {}
    for name, field in kind.fields.items():
        known = codes_of(mechanism, field) if field.type in ("code", "codes", "bool") else ()
        if codes := [code for code in request.GET.getlist(f"{kind.id}.{name}") if code in known]:
            found[f"{kind.id}.{name}"] = codes if field.type == "codes" else codes[0]
    return found


def _as_typed(request: ActingRequest, case: Case, kind: FactKind, fact: Fact) -> dict[str, Any]:
    fields = filling.fields_of(request.actor, fact)
    today = civil_day(case.zone, timezone.now())
    return typed(kind, fields, when=PartialDate(fact.earliest, fact.latest), basis=fact.basis, today=today)


def _send(
    request: ActingRequest, case: Case, form: FactForm, *, corrects: Fact | None = None, draft_name: str | None = None
) -> HttpResponse | None:
    kind, now, key = form.kind.id, timezone.now(), form.cleaned_data["key"]
    actions.hold_form(key)
    try:
        done = actions.record_fact(
            case, kind=kind, on=form.when(), fields=form.answers(kind), basis=form.basis(), corrects=corrects,
            key=key, seen_revision=form.cleaned_data.get("seen_revision"), acting=request.actor, now=now,
        )  # fmt: skip
    except CorrectedMeanwhile:
        raise
    except Refused as refused:
        for refusal in refused.refusals:
            name = f"{kind}.{refusal.field}"
            form.add_error(name if name in form.fields else None, sentence(refusal))
        return None
    actions.end_draft(form=draft_name or f"fact:{kind}", case=case, key=key, acting=request.actor, now=now)
    address = redirect("cases:recorded", code=case.code, fact=done.fact.pk)
    if done.meanwhile:
        address["Location"] += f"?seen={form.cleaned_data['seen_revision']}"
    return address


def _later(request: ActingRequest, case: Case, name: str) -> HttpResponse:
    actions.save_draft(form=name, case=case, body=drafts.typed(request.POST), acting=request.actor, now=timezone.now())
    return redirect("cases:case", code=case.code)


def _context(case: Case, kind: FactKind, form: FactForm) -> dict[str, Any]:
    return {"case": case, "kind": kind, "form": form, "questions": list(form.questions())}
