"""In any world, the query, the database and a plain reading of the policy draw the same line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Case, Fact, Finding, NameToken, Person, SealedRecord, Task
from repere.directory.models import Organisation
from tests import postgres
from tests.cases.story import ALL_GROUPS, NOW
from tests.cases.worlds import BOOK, Shared, World, sees
from tests.people import Cast, member, organisation

THOROUGH = bool(os.environ.get("REPERE_THOROUGH"))
ROLES = sorted(role for family in BOOK["families"].values() for role in family["roles"])
PURPOSES = sorted(BOOK["purposes"])
HARM = BOOK["may_harm"]["kinds"]
URGENT = [*ALL_GROUPS, "identity"]


@dataclass(frozen=True)
class Place:
    """Three organisations, each with members in several roles; the first opens the files."""

    owner: Organisation
    others: tuple[Organisation, ...]
    members: tuple[Any, ...]


@pytest.fixture
def place(writer: psycopg.Connection[Any], people: Cast) -> Place:
    own = organisation("Phare", "association", "69")
    others = (organisation("Digue", "police", "69"), organisation("Jetée", "prefecture", "69"))
    members = [member(f"Un{number} Exemple", body, role) for body in (own, *others) for number, role in enumerate(ROLES)]
    return Place(own, others, tuple(members))


@pytest.fixture
def writer(committing_db: str) -> Iterator[psycopg.Connection[Any]]:
    """The server's own superuser, past every policy and every tie: it makes worlds that no act of ours would."""
    secret = (postgres.test_home() / "secrets" / "db_bootstrap").read_text().strip()
    with psycopg.connect(
        host=str(postgres.test_home() / "pg"), user="postgres", password=secret, dbname=committing_db, autocommit=True
    ) as made:
        made.execute("SET session_replication_role = replica")
        yield made


WRITTEN = (
    "cases_fact",
    "cases_finding",
    "cases_task",
    "cases_view",
    "cases_grant",
    "cases_assignment",
    "cases_breakglass",
    "cases_conflictofinterest",
    "cases_sealedrecord",
    "cases_nametoken",
    "cases_case",
    "cases_person",
)


@contextmanager
def undone(writer: psycopg.Connection[Any]) -> Iterator[None]:
    """What one world wrote is gone before the next one."""
    try:
        yield
    finally:
        for table in WRITTEN:
            writer.execute(f"DELETE FROM {table}")


def subset(words: Any) -> Any:
    return st.sets(st.sampled_from(list(words)))


@st.composite
def drawn(draw: Any) -> dict[str, Any]:
    return {
        "whole_team": draw(st.booleans()),
        "assigned": draw(st.sets(st.integers(0, len(ROLES) - 1))),
        "blocked": draw(st.sets(st.integers(0, 3 * len(ROLES) - 1), max_size=6)),
        "urgent": draw(st.dictionaries(st.integers(0, len(ROLES) - 1), subset(URGENT), max_size=6)),
        "agreed": draw(subset(["health"])),
        "shared": draw(st.lists(st.tuples(subset(URGENT), st.sampled_from(PURPOSES), subset(HARM), st.booleans()), min_size=2, max_size=2)),
        "facts": draw(
            st.lists(
                st.tuples(st.sampled_from(ALL_GROUPS), st.sampled_from([*HARM, "presumption_stated"]), st.integers(0, 3 * len(ROLES) - 1)),
                min_size=1,
                max_size=6,
            )
        ),
        "asking": draw(st.lists(st.integers(0, 3 * len(ROLES) - 1), min_size=2, max_size=5, unique=True)),
    }


def tell(writer: psycopg.Connection[Any], place: Place, told: dict[str, Any]) -> tuple[World, list[tuple[UUID, str, str, UUID, UUID]]]:
    """Write the world into the database, and say it plainly."""
    own = place.owner.pk
    world = World(uuid4(), uuid4(), own)
    staff = [m.user.pk for m in place.members]
    facts: list[tuple[UUID, str, str, UUID, UUID]] = []
    rows = _Rows(writer, world)
    rows.file()
    world.whole_team = told["whole_team"]
    rows.run("UPDATE cases_teampractice SET whole_team = %s WHERE organisation_id = %s", [world.whole_team, own])
    for number in told["assigned"]:
        world.assigned.add(staff[number])
        rows.of_file("cases_assignment", user_id=staff[number], way="opened", since=NOW)
    for number, words in told["urgent"].items():
        world.urgent[staff[number]] = {*words, "file"}
        rows.urgency(staff[number], sorted(world.urgent[staff[number]]))
    world.agreed = set(told["agreed"])
    rows.run("UPDATE cases_case SET agreed = %s WHERE id = %s", [sorted(world.agreed), world.case])
    for body, (groups, purpose, kinds, running) in zip(place.others, told["shared"], strict=True):
        world.shared.append(Shared(body.pk, set(groups), purpose, set(kinds), running))
        rows.grant(body.pk, sorted(groups), purpose, sorted(kinds), running)
    for group, kind, number in told["facts"]:
        fact, stated_by, body_id = uuid4(), staff[number], place.members[number].organisation.pk
        facts.append((fact, group, kind, stated_by, body_id))
        rows.fact(fact, group, kind, stated_by, body_id)
    for number in told["blocked"]:
        world.blocked.add(staff[number])
        rows.conflict(place.members[number], staff[(number + 1) % len(staff)])
    return world, facts


class _Rows:
    """Rows as they are, past every act: only what the tables themselves forbid is impossible here."""

    def __init__(self, writer: psycopg.Connection[Any], world: World) -> None:
        self.writer, self.world = writer, world

    def run(self, statement: str, values: list[Any]) -> None:
        self.writer.execute(statement, values)  # type: ignore[arg-type]

    def add(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        self.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(values))})", list(values.values()))

    def of_file(self, table: str, **values: Any) -> None:
        self.add(table, id=uuid4(), case_id=self.world.case, person_id=self.world.person, owner_id=self.world.owner, **values)

    def file(self) -> None:
        world = self.world
        self.add("cases_person", id=world.person, organisation_id=world.owner, created_at=NOW)
        self.add(
            "cases_case",
            id=world.case,
            code=uuid4().hex[:8].upper(),
            person_id=world.person,
            organisation_id=world.owner,
            jurisdiction="FR",
            mechanism="fr",
            territory="69",
            zone="Europe/Paris",
            role="case_worker",
            pseudonym="Genêt 1",
            opened_on=NOW.date(),
            opened_at=NOW,
            revision=0,
            status_on=NOW.date(),
        )
        for tier, word in (("identity", "identity"), ("contact", "contact_safety")):
            self.add(
                "cases_sealedrecord",
                id=uuid4(),
                person_id=world.person,
                owner_id=world.owner,
                tier=tier,
                data_group=word,
                version=1,
                blob=b"x",
                recorded_at=NOW,
            )
        self.add("cases_nametoken", person_id=world.person, organisation_id=world.owner, token=b"token", key_version=1)
        view = uuid4()
        self.add(
            "cases_view",
            id=view,
            case_id=world.case,
            organisation_id=world.owner,
            owner_id=world.owner,
            zone="Europe/Paris",
            mechanism="fr",
            mechanism_hash="",
            revision=0,
        )
        lines = {"view_id": view, "case_id": world.case, "organisation_id": world.owner, "owner_id": world.owner, "rule_id": "x"}
        self.add("cases_finding", **lines, kind="duty", outcome="open", detail="{}")
        self.add("cases_task", id=uuid4(), **lines, role="case_worker", level="choice", opened_at=NOW, plan="[]", closing="")

    def urgency(self, user: UUID, words: list[str]) -> None:
        now = timezone.now()
        self.of_file(
            "cases_breakglass",
            user_id=user,
            role="case_worker",
            words=words,
            motive="danger",
            reason=b"x",
            starts_at=now,
            ends_at=now + timedelta(hours=3),
            review_due_at=now,
        )

    def grant(self, to: UUID, groups: list[str], purpose: str, kinds: list[str], running: bool) -> None:
        self.of_file(
            "cases_grant",
            organisation_id=to,
            groups=groups,
            purpose=purpose,
            named_kinds=kinds,
            consent_fact=uuid4(),
            law="",
            reason=b"x",
            starts_at=NOW,
            ends_at=timezone.now() + timedelta(days=1) if running else NOW + timedelta(days=1),
        )

    def fact(self, fact: UUID, group: str, kind: str, user: UUID, body: UUID) -> None:
        self.add(
            "cases_fact",
            id=fact,
            case_id=self.world.case,
            owner_id=self.world.owner,
            kind=kind,
            version=1,
            data_group=group,
            earliest=NOW.date(),
            latest=NOW.date(),
            recorded_at=NOW,
            revision=1,
            user_id=user,
            organisation_id=body,
            role="case_worker",
            basis="own_act",
            fields="{}",
        )

    def conflict(self, who: Any, declared_by: UUID) -> None:
        self.add(
            "cases_conflictofinterest",
            id=uuid4(),
            case_id=self.world.case,
            person_id=self.world.person,
            organisation_id=who.organisation.pk,
            user_id=who.user.pk,
            declared_by_id=declared_by,
            declared_at=NOW,
        )


WORDS = {Person: "file", Case: "file", Finding: "findings", Task: "tasks", NameToken: "search"}


@settings(max_examples=10_000 if THOROUGH else 120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=drawn())
def test_query_database_and_policy_agree_in_any_world(writer: psycopg.Connection[Any], place: Place, told: dict[str, Any]) -> None:
    with undone(writer):
        world, facts = tell(writer, place, told)
        for number in told["asking"]:
            who = place.members[number]
            actor = who.actor
            asked = {"user": who.user.pk, "organisation": who.organisation.pk, "role": who.membership.role}
            with acting_as(actor):
                for model, word in WORDS.items():
                    own_only = model in (Finding, Task, NameToken)
                    expected = int(sees(world, **asked, word=word) and not (own_only and who.organisation.pk != world.owner))
                    _compare(
                        model,
                        {"case_id": world.case}
                        if model in (Finding, Task)
                        else {"person_id": world.person}
                        if model is NameToken
                        else {"id": world.case if model is Case else world.person},
                        expected,
                        actor,
                    )
                expected_facts = {
                    fact
                    for fact, group, kind, stated_by, body in facts
                    if sees(world, **asked, word=group, stated_by=stated_by, own_fact=body == who.organisation.pk, kind=kind)
                }
                assert set(Fact.objects.visible_to(actor).filter(case=world.case).values_list("pk", flat=True)) == expected_facts, (
                    actor.role
                )
                assert _ids("cases_fact", "case_id", world.case) == expected_facts, actor.role
                tiers = {
                    tier for tier, word in (("identity", "identity"), ("contact", "contact_safety")) if sees(world, **asked, word=word)
                }
                assert set(SealedRecord.objects.visible_to(actor).filter(person=world.person).values_list("tier", flat=True)) == tiers


def _compare(model: Any, which: dict[str, Any], expected: int, actor: Actor) -> None:
    asked = model.objects.visible_to(actor).filter(**which).count()
    ((column, value),) = which.items()
    assert asked == expected, (model.__name__, actor.role)
    assert len(_ids(model._meta.db_table, column, value)) == expected, (model.__name__, actor.role)


def _ids(table: str, column: str, value: UUID) -> set[Any]:
    """What the database itself gives on the pages' connection, without any filter of ours."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {column} = %s", [value])
        return {row[0] for row in cursor.fetchall()}
