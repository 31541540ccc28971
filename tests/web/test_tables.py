"""An empty database is made from one file; what stands there then is what the migrations make."""

from __future__ import annotations

import psycopg
import pytest

from repere.web import tables
from repere.web.backups import tools
from tests import postgres


def test_tables_made_at_once_are_those_of_the_migrations(django_db_setup: None) -> None:
    """Every table, column, constraint, index, function, trigger, policy and right on a function, and the steps that count as applied."""
    at_once, one_by_one = tables.made(at_once=True), tables.made(at_once=False)
    assert "CREATE POLICY" in one_by_one
    assert "INSERT INTO public.django_migrations" in one_by_one
    assert at_once == one_by_one


def test_a_database_with_tables_is_left_alone(committing_db: str) -> None:
    with tools.connect("owner", committing_db) as owner:
        before = owner.execute("SELECT count(*) FROM pg_class").fetchone()
        assert not tables.make_at_once(owner)
        assert owner.execute("SELECT count(*) FROM pg_class").fetchone() == before


def test_a_start_that_is_cut_leaves_no_half_of_the_tables(django_db_setup: None) -> None:
    name = postgres.clone()
    try:
        with tools.connect("owner", name) as owner:
            owner.execute("DROP TABLE django_migrations")
            with pytest.raises(psycopg.errors.DuplicateObject):  # what stands already stops it, and nothing of it remains
                tables.make_at_once(owner)
            assert owner.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,)
    finally:
        postgres.drop(name)
