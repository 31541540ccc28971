"""What leaves the house: numbers, the work list, extracts that two people let out; and what came from another house."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repere import ledger
from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh
from repere.cases.access import works_on_files
from repere.cases.actions import extracts as actions
from repere.cases.exports import tables
from repere.cases.exports.columns import COLUMNS
from repere.cases.exports.forms import ExtractForm, ReceivedForm
from repere.cases.exports.gathering import Wanted, counted, work_list
from repere.cases.models import Case, Extract, Grant
from repere.cases.policy import load_policy
from repere.cases.refusals import NotVisible, Refused
from repere.cases.views.doors import page
from repere.directory.models import Organisation

STATES = {
    "asked": gettext_lazy("waits for another person"),
    "approved": gettext_lazy("approved, to be made within a day"),
    "ready": gettext_lazy("made, to be fetched once"),
    "fetched": gettext_lazy("fetched"),
    "refused": gettext_lazy("refused"),
    "void": gettext_lazy("void: something changed after it was asked"),
    "ended": gettext_lazy("ended"),
}
KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@page
def extracts(request: ActingRequest) -> HttpResponse:
    """Extracts of the organisation, newest first, and the two tables without names."""
    found = Extract.objects.visible_to(request.actor).select_related("asked_by", "decided_by", "receiver")[:50]
    lines = [(row, STATES[row.state]) for row in found]
    return render(request, "cases/extracts.html", {"lines": lines, "counts": counted(), "received": ReceivedForm()})


@page
def new(request: ActingRequest) -> HttpResponse:
    form = ExtractForm(request.POST if request.method == "POST" else None, receivers=_receivers(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        wanted = Wanted(
            uuid.UUID(told["receiver"]), told["purpose"], tuple(told["columns"]), told["territory"].strip(), not told["all_files"]
        )  # fmt: skip
        try:
            row = actions.ask_extract(wanted, why=told["why"], form=told["form"], acting=request.actor, now=timezone.now())
            return redirect("cases:extract", extract=row.pk)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    context = {"form": form, "heading": _("Ask for an extract with names"), "act": _("Ask a colleague to approve it")}
    context["lead"] = _("What leaves cannot be called back. Two of you decide, and it is sealed for whoever receives it.")
    return render(request, "cases/extract_form.html", context)


@page
def extract(request: ActingRequest, extract: uuid.UUID) -> HttpResponse:
    """What would leave, for the colleague who decides; what comes next, for who asked."""
    return _show(request, _one(request, extract))


@page
@fresh()
def decide(request: ActingRequest, extract: uuid.UUID) -> HttpResponse:
    try:
        actions.decide_extract(extract, approve=request.POST.get("answer") == "approve", acting=request.actor, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("cases:extract", extract=extract)


@page
@fresh()
def make(request: ActingRequest, extract: uuid.UUID) -> HttpResponse:
    """The passphrase is shown on this answer and on no other."""
    try:
        row, passphrase = actions.make_extract(extract, acting=request.actor, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("cases:extract", extract=extract)
    return _show(request, _one(request, row.pk), passphrase=passphrase)


@page
@fresh()
def fetch(request: ActingRequest, extract: uuid.UUID) -> HttpResponse:
    try:
        row, data = actions.fetch_extract(extract, acting=request.actor, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("cases:extract", extract=extract)
    return as_file(data, "document.age" if row.receiver_id == row.organisation_id else "document.bin")


@page
@fresh()
def received(request: ActingRequest) -> HttpResponse:
    """Open a file that another organisation sealed for this one."""
    form = ReceivedForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose the file."))
        return redirect("cases:extracts")
    try:
        kind, content = actions.open_received(form.cleaned_data["file"].read(), acting=request.actor, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("cases:extracts")
    return as_file(content, f"document.{kind}", KINDS[kind])


@page
@fresh()
def statistics(request: ActingRequest) -> HttpResponse:
    """Counts rounded to five, without anybody's name or code."""
    if not works_on_files(request.actor):
        raise NotVisible
    ledger.record(request.actor, "export_statistics", kind="look")
    few = _("fewer than 5")
    rows = [[str(year), place, few if files is None else str(files)] for year, place, files in counted()]
    return as_file(tables.to_csv([[_("Year of opening"), _("Territory"), _("Files")], *rows]), "document.csv", KINDS["csv"])


@page
@fresh()
def work(request: ActingRequest) -> HttpResponse:
    """Open tasks of one's own files: codes, rules, roles and days."""
    lines = work_list(acting=request.actor)
    request.shown.update(person for person, _line in lines)
    heads = [_("Code"), _("Rule"), _("Role"), _("Due")]
    return as_file(tables.to_csv([heads, *(line for _person, line in lines)]), "document.csv", KINDS["csv"])


def as_file(data: bytes, name: str, kind: str = "application/octet-stream") -> HttpResponse:
    """A neutral name, never shown inside the browser, and nothing in it may run (CSP level 3, sandbox)."""
    return HttpResponse(
        data, content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": "default-src 'none'; sandbox"},
    )  # fmt: skip


def _one(request: ActingRequest, extract: uuid.UUID) -> Extract:
    row = Extract.objects.visible_to(request.actor).select_related("asked_by", "decided_by", "receiver").filter(pk=extract).first()
    if row is None:
        raise NotVisible
    return row


def _show(request: ActingRequest, row: Extract, passphrase: str = "") -> HttpResponse:
    wanted, frozen, mark = actions.read_extract(row)
    mine, codes = row.asked_by_id == request.actor.user_id, []
    if frozen["codes"] and not mine:
        # Who decides sees what leaves, the file about nobody among the others. Who asked sees a number: two lists would tell which it is.
        codes = sorted([*frozen["codes"], mark["decoy"]["code"]])
        seen = Case.objects.visible_to(request.actor, own=True).filter(code__in=frozen["codes"])
        request.shown.update(seen.values_list("person_id", flat=True))
    language = request.actor.language if request.actor.language in ("fr", "en") else "fr"
    context: dict[str, Any] = {
        "row": row, "state": STATES[row.state], "why": frozen["why"], "codes": codes, "files": row.rows + 1, "passphrase": passphrase,
        "columns": [COLUMNS[name].header for name in row.columns if name in COLUMNS], "territory": wanted.territory,
        "still_open": wanted.still_open, "purpose": load_policy().purposes[row.purpose].label[language],
        "mine": mine, "own_use": row.receiver_id == row.organisation_id,
    }  # fmt: skip
    return render(request, "cases/extract.html", context)


def _receivers(request: ActingRequest) -> list[tuple[uuid.UUID, str]]:
    """One's own organisation, and those that hold a running access to one of its files."""
    me = request.membership.organisation
    running = Grant.objects.visible_to(request.actor, own=True).active().values_list("organisation_id", flat=True)
    others = Organisation.objects.filter(pk__in=set(running), state=Organisation.State.ACTIVE).order_by("name").values_list("pk", "name")
    return [(me.pk, me.name), *others]
