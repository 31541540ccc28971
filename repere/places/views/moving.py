"""Moving a household after an incident: the shelter that it leaves finds and holds another place."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from repere.accounts.middleware import ActingRequest
from repere.places import actions
from repere.places.doors import seen_shelters, visible_request
from repere.places.forms import AnswerForm
from repere.places.models import Hold, Request
from repere.places.queries.candidates import MOST_SHOWN, SHOWN, candidates_for
from repere.places.queries.moved import not_there_of, to_move
from repere.places.queries.reaching import service_lines
from repere.places.refusals import Doubted, NotVisible
from repere.places.views.asking_back import asked_back, unsent
from repere.places.views.doors import attempt, page


def _moving(request: ActingRequest, asked: UUID) -> Request:
    found = visible_request(request.actor, asked)
    if found.moved_from is None:
        raise NotVisible
    return found


@require_GET
@page
def moving(request: ActingRequest, asked: UUID) -> HttpResponse:
    """The needs without any name, what could be offered, and what was asked already."""
    return _page(request, _moving(request, asked), {})


def _page(request: ActingRequest, wanted: Request, answers: dict[UUID, AnswerForm]) -> HttpResponse:
    now = timezone.now()
    mine = Hold.objects.visible_to(request.actor).filter(request=wanted, asking_id=request.actor.organisation_id)
    holds = list(mine.select_related("host").prefetch_related(seen_shelters(request.actor)).order_by("-asked_at", "id"))
    given = any(held.state in ("accepted", "arrived") for held in holds)
    most = MOST_SHOWN if request.GET.get("places") == "all" else SHOWN
    found = None if given or wanted.closed_at else candidates_for(request.actor, wanted, now=now, most=most)
    offered = found.fitting if found else []
    keeper = [wanted.told_to_id] if wanted.told_to_id else []
    reached = service_lines(request.actor, [*keeper, *(one.unit.organisation_id for one in offered)])
    lines = [(one, uuid4(), reached.get(one.unit.organisation_id, "")) for one in offered]
    context = {"asked": wanted, "holds": holds, "found": found, "lines": lines, "section": "places", "more": most == SHOWN}
    context |= {"questions": asked_back(request.actor, wanted, holds, unsent=answers), "not_there": not_there_of(request.actor, wanted)}
    context["keeper_line"] = reached.get(keeper[0], "") if keeper else ""
    how_far = next(iter(to_move(request.actor, now=now, only=wanted.pk)), None)
    context |= {"stage": how_far.stage if how_far else "", "how_far": how_far}
    return render(request, "places/moving.html", context)


@require_POST
@page
def moving_act(request: ActingRequest, asked: UUID, act: str) -> HttpResponse:
    wanted, acting, now = _moving(request, asked), request.actor, timezone.now()
    doing: dict[str, Callable[[], object]] = {
        "hold": lambda: actions.hold(wanted.pk, _number(request, "unit"), key=_number(request, "key"), acting=acting, now=now),
        "send": lambda: actions.send_to_unlisted(wanted.pk, acting=acting, now=now),
        "there": lambda: actions.confirm_arrival(_number(request, "hold"), acting=acting, now=now),
        "back": lambda: actions.give_back(_number(request, "hold"), acting=acting, now=now),
        "declined": lambda: actions.give_back(_number(request, "hold"), she_declined=True, acting=acting, now=now),
        "answer": lambda: actions.answer_back(
            wanted.pk, _number(request, "question"), text=request.POST.get("text", ""), sure="sure" in request.POST, acting=acting, now=now
        ),
        "close": lambda: actions.close_request(wanted.pk, met=request.POST.get("met") == "1", acting=acting, now=now),
    }
    if act not in doing:
        raise Http404
    try:
        done = attempt(request, doing[act])
    except Doubted as doubted:
        return _page(request, wanted, unsent(_number(request, "question"), request.POST.get("text", ""), str(doubted)))
    return redirect("places:desk") if done and act == "close" else redirect("places:moving", wanted.pk)


def _number(request: ActingRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None
