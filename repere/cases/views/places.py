"""A place for her, from her file: needs, what could be offered, holds, and letting the shelter that said yes see her."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import doing, fresh
from repere.cases import actions, mechanisms, place_needs, queries, refusals
from repere.cases.access import standing, visible_case_with_standing
from repere.cases.arrived import follow_from, to_ask_after
from repere.cases.left_behind import left_for
from repere.cases.models import Case, Grant
from repere.cases.place_answers import names_her
from repere.cases.refusals import NotVisible
from repere.cases.territory import civil_day
from repere.cases.tonight import ways_tonight
from repere.cases.unsafe_house import unsafe_house
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.core.codes import normalise_code
from repere.core.dates import PartialDate
from repere.core.needs import Weights
from repere.directory.checks import phone_in_words
from repere.places import actions as placing
from repere.places import forms
from repere.places.by_the_house import reading_of_a_file
from repere.places.clocks import TONIGHT
from repere.places.doors import asked_hold, seen_shelters, visible_request
from repere.places.models import Event, Hold, Request
from repere.places.queries.candidates import MOST_SHOWN, SHOWN, candidates_for
from repere.places.queries.desk import former_needs
from repere.places.queries.moved import house_looking
from repere.places.queries.reaching import our_line, service_lines
from repere.places.queries.unsafe import kept_in
from repere.places.refusals import Doubted, Refused
from repere.places.refusals import NotVisible as PlaceNotVisible
from repere.places.telling import check
from repere.places.views.asking_back import asked_back, unsent
from repere.places.views.house import exploitation

SHELTER_GROUPS = ("contact_safety", "housing", "profile")
SHELTER_DAYS = 90
"""What a shelter that said yes is let see, and for how long, unless another access is given: our choice."""


def own_housing(request: ActingRequest, code: str) -> Case:
    """A file of ours whose housing this person may read: her needs say where she is afraid to be."""
    case, held = visible_case_with_standing(request.actor, code)
    if "housing" not in held.words or case.organisation_id != request.actor.organisation_id:
        raise NotVisible
    request.shown.add(case.person_id)
    return case


@page
def place(request: ActingRequest, code: str) -> HttpResponse:
    """Her needs; or, while a place is looked for, that request."""
    case = own_housing(request, code)
    with reading_of_a_file(request.actor) as reader:
        found = Request.objects.visible_to(reader).filter(
            reference=case.place_reference, organisation_id=request.actor.organisation_id, closed_at=None
        ).first()  # fmt: skip
    if found:
        return redirect("cases:place_request", code=case.code, request_id=found.pk)
    if "besides" not in request.GET and (looking := _house_looking(request, case)):
        return _looked_for(request, case, looking)
    page_of_file = _file(request, case) if request.method != "POST" else None
    told = place_needs.told_by(page_of_file, territory=case.territory) if page_of_file else None
    last = _last(request, case) if "again" in request.GET else None
    form = forms.NeedsForm(
        request.POST if request.method == "POST" else None, exploitation=exploitation(),
        initial=_filled(told, last) | {"line": our_line(request.actor)} if told else None,
    )  # fmt: skip
    unsent = drafts.Unsent(request, "place", case)
    unsent.restore(form)
    key = _uuid(request.POST.get("key")) or uuid.uuid4()
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            made = placing.ask(
                reference=case.place_reference, needs=form.as_needs(), urgency=int(said["urgency"]), zone=case.territory,
                line=said["line"], key=key, apart=[*files_named(request, said["apart"]), *said["apart_marks"]],
                carries=said["carried_marks"], besides="besides" in request.GET, acting=request.actor, now=timezone.now(),
            )  # fmt: skip
            unsent.sent()
            return redirect("cases:place_request", code=case.code, request_id=made.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    differs = place_needs.differences(told, last.household, urgency=last.urgency) if last and told else []
    context = {"case": case, "form": form, "key": key, "last": last, "differs": differs} | _where_she_is(request, page_of_file)
    return render(request, "cases/place.html", context | unsent.shown())


def _where_she_is(request: ActingRequest, file: queries.CasePage | None) -> dict[str, Any]:
    """Above an empty form: what the house in which she is said of a danger, and that she is in a place."""
    if file is None:
        return {}
    stay = file.stay if file.stay is not None and file.stay.running else None
    with reading_of_a_file(request.actor) as reader:
        held = kept_in(reader, file.place_reference) if stay else None
    return {"unsafe": unsafe_house(request.actor, file, now=timezone.now()), "stay": stay, "held": held}


def _house_looking(request: ActingRequest, case: Case) -> Event | None:
    with reading_of_a_file(request.actor) as reader:
        return house_looking(reader, case.place_reference)


def _looked_for(request: ActingRequest, case: Case, looking: Event) -> HttpResponse:
    """The house that keeps her looks for another place: a second search is begun by a step of its own. What was typed is kept for it."""
    if request.method == "POST":
        drafts.Unsent(request, "place", case).shown()
    line = service_lines(request.actor, [looking.by_organisation_id]).get(looking.by_organisation_id, "")
    context = {"case": case, "looking": looking, "line": line, "again": "again" in request.GET}
    return render(request, "cases/place_looked_for.html", context)


def _filled(told: place_needs.Told, last: Request | None) -> dict[str, Any]:
    return forms.filled_from(last.household, urgency=last.urgency) if last else place_needs.initial(told)


def _last(request: ActingRequest, case: Case) -> Request | None:
    """What was asked for her last, for a form that begins from it."""
    with reading_of_a_file(request.actor) as reader:
        ours = Request.objects.visible_to(reader).filter(reference=case.place_reference, organisation_id=request.actor.organisation_id)
        last: Request | None = ours.order_by("-asked_at", "id").first()
    return last


def told_of(request: ActingRequest, case: Case) -> place_needs.Told:
    """What the file says, for the form and for what differs from it."""
    return place_needs.told_by(_file(request, case), territory=case.territory)


def _file(request: ActingRequest, case: Case) -> queries.CasePage:
    return queries.case_page(request.actor, case.code, now=timezone.now(), explained=False)


def files_named(request: ActingRequest, text: str) -> list[uuid.UUID]:
    """Files of one's own that were named; a code that is not there is refused without saying whether it exists."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        case = Case.objects.visible_to(request.actor, own=True).filter(code=normalise_code(part) or "").first()
        if case is None:
            raise Refused("form", why=_("“%(code)s” is not the code of a file of yours.") % {"code": part})
        found.append(case.place_reference)
    return found


@page
def place_change(request: ActingRequest, code: str, request_id: uuid.UUID) -> HttpResponse:
    """Her needs said anew while a place is looked for; the form holds what the request says."""
    case = own_housing(request, code)
    asked = _request(request, case, request_id)
    initial = forms.filled_from(asked.household, urgency=asked.urgency)
    form = forms.ChangedNeedsForm(request.POST if request.method == "POST" else None, exploitation=exploitation(), initial=initial)
    unsent = drafts.Unsent(request, f"place_change:{asked.pk}", case)
    unsent.restore(form)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            anybody = _waiting(request, asked)
            placing.change_request(
                asked.pk, needs=form.as_needs(), urgency=int(said["urgency"]), carries=said["carried_marks"], acting=request.actor,
                apart=[*files_named(request, said["apart"]), *said["apart_marks"]], now=timezone.now(),
            )  # fmt: skip
            unsent.sent()
            messages.success(request, _said_of_change(anybody))
            return redirect("cases:place_request", code=case.code, request_id=asked.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    differs = place_needs.differences(told_of(request, case), asked.household, urgency=asked.urgency)
    return render(request, "cases/place.html", {"case": case, "form": form, "asked": asked, "differs": differs} | unsent.shown())


def _waiting(request: ActingRequest, asked: Request) -> bool:
    """Whether anybody was asked and has not answered, as far as whoever asked may know."""
    holds = Hold.objects.visible_to(request.actor).filter(request=asked, asking_id=request.actor.organisation_id)
    return asked.sent_at is not None or holds.filter(state=Hold.State.ASKED).exists()


def _said_of_change(anybody: bool) -> str:
    if anybody:
        return _("The needs are changed. Shelters that have not answered are asked again with the new ones.")
    return _("The needs are changed. Nobody is asked yet: choose a place below, or send the need.")


@require_GET
@page
def place_request(request: ActingRequest, code: str, request_id: uuid.UUID) -> HttpResponse:
    """How far it is: who was asked and how to call them, what fits, and where else to turn."""
    case = own_housing(request, code)
    return _request_page(request, case, _request(request, case, request_id), {})


def _request_page(request: ActingRequest, case: Case, asked: Request, answers: dict[uuid.UUID, forms.AnswerForm]) -> HttpResponse:
    now = timezone.now()
    most = MOST_SHOWN if request.GET.get("places") == "all" else SHOWN
    with reading_of_a_file(request.actor) as reader:
        holds = list(
            Hold.objects.visible_to(reader).filter(request=asked, asking_id=request.actor.organisation_id)
            .select_related("host").prefetch_related(seen_shelters(reader)).order_by("-asked_at", "id")
        )  # fmt: skip
        yes = next((hold for hold in holds if hold.state in ("accepted", "arrived")), None)
        given = yes is not None
        found = None if given or asked.closed_at else candidates_for(reader, asked, now=now, most=most)
        former, questions = former_needs(reader, asked), asked_back(reader, asked, holds, unsent=answers)
        looking = None if asked.closed_at else house_looking(reader, case.place_reference)
    told = None if asked.closed_at else told_of(request, case)
    offered = found.fitting if found else []
    hosts = [*(hold.host_id for hold in holds), *(one.unit.organisation_id for one in offered)]
    lines = service_lines(request.actor, [*hosts, *([looking.by_organisation_id] if looking else [])])
    context = {
        "case": case, "asked": asked, "holds": holds, "found": found, "weights": Weights(), "now": now, "yes": yes,
        "differs": place_needs.differences(told, asked.household, urgency=asked.urgency) if told else [],
        "more": bool(found) and most == SHOWN, "former": former,
        "may_change": not given and not asked.closed_at,
        "lines": [(one, uuid.uuid4(), lines.get(one.unit.organisation_id, "")) for one in offered],
        "asked_of": [(hold, lines.get(hold.host_id, "")) for hold in holds],
        "questions": questions, "line_form": forms.LineForm(initial={"line": phone_in_words(asked.line)}) if not asked.closed_at else None,
        "sees": _hosts_that_see(request, case), "kept_besides": bool(yes) and any(hold.state == "asked" for hold in holds),
        "yes_line": lines.get(yes.host_id, "") if yes else "",
        "house_looks": looking, "house_line": lines.get(looking.by_organisation_id, "") if looking else "",
        "endangered": told is not None and told.endangered,
        "no_line_tonight": not (asked.closed_at or asked.line) and asked.urgency == TONIGHT,
    }  # fmt: skip
    if asked.closed_at and yes and yes.state == Hold.State.ARRIVED and asked.outcome == Request.Outcome.PLACED:
        context |= {"to_ask": to_ask_after(request.actor, case, yes, since=asked.closed_at), "follow_key": uuid.uuid4()}
        context["left"] = left_for(request.actor, case, yes) if "may_share" in standing(request.actor, case).words else []
    if found and told and (asked.urgency == TONIGHT or not offered):
        zones = [*asked.household.get("needs", {}).get("near", []), asked.zone]
        disputed = any(member.get("disputed") for member in asked.household["members"])
        context["ways"] = ways_tonight(request.actor, zones, minor=told.may_be_minor or disputed, on=civil_day(case.zone, now))
    return render(request, "cases/place_request.html", context)


def _hosts_that_see(request: ActingRequest, case: Case) -> set[uuid.UUID]:
    """Organisations that may read how to reach her safely today; nothing is opened to our own."""
    open_now = Grant.objects.visible_to(request.actor, own=True).active().filter(case=case, groups__contains=["contact_safety"])
    return {case.organisation_id, *open_now.values_list("organisation_id", flat=True)}


def _request(request: ActingRequest, case: Case, request_id: uuid.UUID) -> Request:
    try:
        with reading_of_a_file(request.actor) as reader:
            asked = visible_request(reader, request_id)
    except PlaceNotVisible:
        raise NotVisible from None
    if asked.reference != case.place_reference:
        raise NotVisible
    return asked


@require_POST
@page
@fresh(when=doing("show"))
def place_act(request: ActingRequest, code: str, request_id: uuid.UUID, act: str) -> HttpResponse:
    case = own_housing(request, code)
    asked, acting, now, sent = _request(request, case, request_id), request.actor, timezone.now(), request.POST
    doing: dict[str, tuple[Callable[[], Any], str]] = {
        "hold": (lambda: placing.hold(asked.pk, _needed(sent.get("unit")), key=_needed(sent.get("key")), acting=acting, now=now),
                 _("Asked, and not yet answered. The shelter reads the needs; nothing is certain before it says yes.")),
        "send": (lambda: placing.send_to_unlisted(asked.pk, acting=acting, now=now),
                 _("The need was sent. You will read here if a shelter says yes.")),
        "there": (lambda: placing.confirm_arrival(_needed(sent.get("hold")), acting=acting, now=now),
                  _("Written down: she is there. Her file tells that a stay began.")),
        "back": (lambda: placing.give_back(_needed(sent.get("hold")), acting=acting, now=now), _("The place was given back.")),
        "declined": (lambda: placing.give_back(_needed(sent.get("hold")), she_declined=True, acting=acting, now=now),
                     _("Written down: she does not want it. Nothing closes for her.")),
        "show": (lambda: _let_see(case, _needed(sent.get("hold")), request), _("The shelter sees what it needs to welcome her.")),
        "follow": (lambda: follow_from(case, _seen_hold(request, asked), key=_needed(sent.get("key")), acting=acting, now=now),
                   _("Her file is followed from there now.")),
        "line": (lambda: placing.change_line(asked.pk, line=_line(sent), acting=acting, now=now),
                 _("The houses that were asked read this telephone from now on.")),
        "answer": (lambda: _answer(request, case, asked), _("Your answer was sent to the house that asked.")),
        "close": (lambda: placing.close_request(asked.pk, met=sent.get("met") == "1", acting=acting, now=now),
                  _("Nothing more is looked for.")),
    }  # fmt: skip
    if act not in doing:
        raise Http404
    do, said = doing[act]
    try:
        done = do()
        messages.success(request, f"{said} {_kept_until(request, done)}" if act == "hold" else said)
    except Doubted as doubted:
        return _request_page(request, case, asked, unsent(_needed(sent.get("question")), sent.get("text", ""), str(doubted)))
    except (Refused, refusals.Refused) as refused:
        messages.warning(request, str(refused))
    except PlaceNotVisible:
        raise Http404 from None
    return redirect("cases:place_request", code=case.code, request_id=asked.pk)


def _seen_hold(request: ActingRequest, asked: Request) -> Hold:
    """The place in which she is, with its shelter as far as it may be seen."""
    with reading_of_a_file(request.actor) as reader:
        holds = Hold.objects.visible_to(reader).filter(request=asked, asking_id=request.actor.organisation_id, state=Hold.State.ARRIVED)
        found: Hold | None = holds.prefetch_related(seen_shelters(reader)).first()
    if found is None:
        raise Refused("not_waiting")
    return found


def _line(sent: Any) -> str:
    form = forms.LineForm(sent)
    if not form.is_valid():
        raise Refused("form", why=form.errors["line"][0])
    return str(form.cleaned_data["line"])


def _answer(request: ActingRequest, case: Case, asked: Request) -> None:
    """To a house that asked back: what would tell of her is not sent before whoever writes says that it does not."""
    question, text, sure = _needed(request.POST.get("question")), request.POST.get("text", ""), "sure" in request.POST
    check(text, sure=sure, named=not sure and names_her(request.actor, case, text))
    placing.answer_back(asked.pk, question, text=text, sure=sure, acting=request.actor, now=timezone.now())


def _kept_until(request: ActingRequest, held: Hold) -> str:
    if held.ends_at is None:
        return ""
    local = timezone.localtime(held.ends_at)
    day = PartialDate.on(local.date()).text(request.actor.language)
    return _("%(name)s keeps the place until %(day)s, %(hour)s.") % {"name": held.host.name, "day": day, "hour": f"{local:%H:%M}"}


def _let_see(case: Case, hold_id: uuid.UUID, request: ActingRequest) -> None:
    """Only after the shelter said yes: how to reach her safely, her housing, and what the shelter must know to welcome her."""
    held, now = asked_hold(request.actor, hold_id), timezone.now()
    if held.state not in (Hold.State.ACCEPTED, Hold.State.ARRIVED) or held.request.reference != case.place_reference:
        raise Refused("not_waiting")
    known = mechanisms.named(case.mechanism).groups
    actions.grant_access(
        case, to=held.host_id, groups=[group for group in SHELTER_GROUPS if group in known], purpose="support", reason=_("Welcoming her"),
        ends_at=now + timedelta(days=SHELTER_DAYS), acting=request.actor, now=now,
    )  # fmt: skip


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def _needed(text: Any) -> uuid.UUID:
    found = _uuid(text)
    if found is None:
        raise PlaceNotVisible
    return found
