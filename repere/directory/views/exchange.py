"""Files in and out."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.directory import actions, forms
from repere.directory.actions.importing import preview_of
from repere.directory.doors import visible_batch
from repere.directory.entry_models import ImportBatch
from repere.directory.exchange import leaving, table
from repere.directory.refusals import Refused
from repere.directory.views.doors import ActingRequest, attempt, page


@require_http_methods(["GET", "HEAD", "POST"])
@page
def imports(request: ActingRequest) -> HttpResponse:
    form = forms.ImportForm(request.POST, request.FILES) if request.method == "POST" else forms.ImportForm()
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            batch, _plan = actions.preview_import(
                text=told["file"], format=told["format"], source=told["source"], acting=request.actor, now=timezone.now()
            )
            return redirect("directory:import", batch.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    batches = ImportBatch.objects.filter(organisation=request.actor.organisation_id).defer("content")[:50]
    return render(
        request, "directory/imports.html", {"form": form, "batches": batches, "exports": actions.FORMATS.items(), "section": "directory"}
    )


@require_GET
@page
def one_import(request: ActingRequest, batch: UUID) -> HttpResponse:
    held = visible_batch(request.actor, batch)
    plan = preview_of(held, acting=request.actor, now=timezone.now()) if held.state == ImportBatch.State.PREVIEWED else None
    return render(request, "directory/import.html", {"batch": held, "plan": plan, "section": "directory"})


@require_POST
@page
def import_act(request: ActingRequest, batch: UUID, act: str) -> HttpResponse:
    held, acting, now = visible_batch(request.actor, batch), request.actor, timezone.now()
    doing: dict[str, Callable[[], object]] = {
        "apply": lambda: actions.apply_import(held.pk, acting=acting, now=now),
        "undo": lambda: actions.undo_import(held.pk, acting=acting, now=now),
    }
    if act not in doing:
        raise Http404
    attempt(request, doing[act])
    return redirect("directory:import", held.pk)


@require_GET
@page
def template(request: ActingRequest) -> HttpResponse:
    return _file(table.template(), "text/csv", "document.csv")


@require_POST
@page
def export(request: ActingRequest, format: str) -> HttpResponse:
    """The public tier and what our organisation keeps; never a list of what others keep for members."""
    if format not in leaving.KINDS:
        raise Http404
    return _file(leaving.export(format, acting=request.actor, now=timezone.now()), leaving.KINDS[format], leaving.NAMES[format])


def _file(text: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})
