"""Every table right of every database role, gathered from the rooms' own declarations."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from repere.web.database import Grants

# Tables of the libraries we stand on; those of jobs that pages ask for are declared in `accounts/deferring.py`.
LIBRARIES: Grants = {
    "django_content_type": {"web": "SELECT", "worker": "SELECT"},
    "django_migrations": {"web": "SELECT", "worker": "SELECT"},
    "procrastinate_periodic_defers": {"web": "SELECT (task_name, defer_timestamp)", "worker": "SELECT, INSERT, UPDATE, DELETE"},
    "procrastinate_workers": {"web": "SELECT (last_heartbeat)", "worker": "SELECT, INSERT, UPDATE, DELETE"},
}


def declared_grants() -> Grants:
    """A room declares GRANTS = {"table": {"web": "SELECT, INSERT"}} in its access module."""
    grants: dict[str, dict[str, str]] = {table: dict(rights) for table, rights in LIBRARIES.items()}
    for app in apps.get_app_configs():
        if app.name.startswith("repere.") and find_spec(f"{app.name}.access"):
            for table, rights in getattr(import_module(f"{app.name}.access"), "GRANTS", {}).items():
                grants.setdefault(table, {}).update(rights)
    return grants
