"""A minor tonight: the report and a bed in one step, or neither; and nobody's parents hear of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from repere.accounts.acting import acting_as
from repere.cases.models import Case, Fact, Grant, Notice, Offer
from repere.cases.referral import actions as referring
from repere.cases.refusals import NotVisible, Refused
from repere.core.needs import Member as Person
from repere.core.needs import Needs
from repere.ledger.models import Entry
from repere.places.models import Hold, Request
from repere.places.refusals import NotVisible as PlaceNotVisible
from repere.places.refusals import Refused as PlaceRefused
from tests.cases.story import concern, record
from tests.people import Cast, member, organisation
from tests.places.houses import shelter, unit

pytestmark = pytest.mark.django_db
ONE_MINOR = Needs(members=(Person(minor=True),), phase="minors")
FORM = {"to": "child_protection", "women": "0", "men": "0", "others": "0", "minors": "1", "phase": "minors", "security": "0"}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    case = concern(people.amina.actor, now=now())
    record(case, people.amina.actor, "person_described", now().date(), now=now(), turns_18="2031", age_disputed="no")
    return case


def bed(people: Cast, **rules: Any) -> UUID:
    """One bed of a house of Boussole that takes minors without an adult."""
    told: dict[str, Any] = {"phases": ["minors"], "unaccompanied_minors": True, "capacity": 1} | rules
    return unit(people.sonia, shelter(people.sonia, zone="69"), **told).pk


def report(case: Case, people: Cast, unit_id: UUID | None, *, key: UUID | None = None, **other: Any) -> Any:
    told: dict[str, Any] = {"to": "child_protection", "needs": ONE_MINOR, "unit": unit_id, "key": key or uuid4(), "now": now()} | other
    return referring.report_and_hold(case, acting=told.pop("acting", people.amina.actor), **told)


def written(case: Case, people: Cast) -> tuple[int, int, int, int]:
    """Facts, requests, holds, rows of the ledger: what a refusal may not have moved."""
    with acting_as(people.amina.actor) as actor:
        facts = Fact.objects.visible_to(actor).filter(case=case).count()
        rows = Entry.objects.filter(kind="write").count()
        return facts, Request.objects.visible_to(actor).count(), Hold.objects.visible_to(actor).count(), rows


def test_the_report_and_the_bed_stand_together(case: Case, people: Cast) -> None:
    fact, request, held = report(case, people, bed(people))
    assert (fact.kind, fact.fields["to"]) == ("child_protection_informed", "child_protection")
    assert (held.state, held.request_id, request.reference) == ("asked", request.pk, case.place_reference)
    assert request.urgency == 3


def test_sent_twice_it_is_done_once(case: Case, people: Cast) -> None:
    key, room = uuid4(), bed(people, capacity=3)
    first, again = report(case, people, room, key=key), report(case, people, room, key=key)
    assert [one.pk for one in first] == [one.pk for one in again]


REFUSALS: dict[str, tuple[type[Exception], Callable[[Case, Cast], Any]]] = {
    "a bed that does not exist": (PlaceNotVisible, lambda case, people: report(case, people, uuid4())),
    "a bed where minors alone are not taken": (
        PlaceRefused, lambda case, people: report(case, people, bed(people, unaccompanied_minors=False)),
    ),
    "nobody to report to": (Refused, lambda case, people: report(case, people, bed(people), to="parents")),
    "needs of nobody": (PlaceRefused, lambda case, people: report(case, people, bed(people), needs=Needs(members=()))),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_bad_input_changes_neither_the_file_nor_the_places(what: str, case: Case, people: Cast) -> None:
    error, act = REFUSALS[what]
    house = bed(people)
    before = written(case, people)
    with pytest.raises(error):
        act(case, people)
    facts, requests, holds, rows = written(case, people)
    # Beds that the act itself built for the trial are Sonia's rows, never a fact, a request or a hold.
    assert (facts, requests, holds) == before[:3]
    assert house
    assert rows >= before[3]


def test_a_bed_that_was_just_taken_leaves_no_report_behind(case: Case, people: Cast) -> None:
    room = bed(people)
    other = concern(people.amina.actor, now=now())
    report(other, people, room)
    before = written(case, people)
    with pytest.raises(PlaceRefused):
        report(case, people, room)
    assert written(case, people) == before


def test_without_a_bed_the_report_does_not_wait_and_the_need_stays_open(case: Case, people: Cast) -> None:
    fact, request, held = report(case, people, None)
    assert held is None
    assert fact.kind == "child_protection_informed"
    assert request.closed_at is None
    assert request.sent_at is not None, "the shelters that nobody may list are asked"


def test_an_adult_is_not_reported_and_an_unknown_or_disputed_age_is_a_minors(people: Cast) -> None:
    adult, unknown, disputed = (concern(people.amina.actor, now=now()) for _ in range(3))
    record(adult, people.amina.actor, "person_described", now().date(), now=now(), turns_18="2010", age_disputed="no")
    record(disputed, people.amina.actor, "person_described", now().date(), now=now(), turns_18="2010", age_disputed="yes")
    with pytest.raises(Refused) as told:
        report(adult, people, bed(people))
    assert told.value.code == "adult_is_not_reported"
    for case in (unknown, disputed):
        assert report(case, people, bed(people))[2] is not None


def test_nobody_is_told_by_it_least_of_all_her_parents(case: Case, people: Cast, mailoutbox: list[Any]) -> None:
    report(case, people, bed(people))
    with acting_as(people.amina.actor) as actor:
        assert not Grant.objects.visible_to(actor).exists()
        assert not Offer.objects.visible_to(actor).exists()
        assert not Notice.objects.visible_to(actor).filter(case=case, user__isnull=False).exists()
    assert mailoutbox == []


def test_placement_is_stated_by_prosecutor_judge_or_child_protection_alone(case: Case, people: Cast) -> None:
    """A held bed is none: an association records the decision only as somebody else's."""
    today = now().date()
    with pytest.raises(Refused) as told:
        record(case, people.amina.actor, "placement_decided", today, now=now(), outcome="placed")
    assert told.value.code == "role_without_power"
    report(case, people, bed(people))
    with acting_as(people.amina.actor) as actor:
        assert not Fact.objects.visible_to(actor).filter(case=case, kind="placement_decided").exists()
    ase = member("Aude Exemple", organisation("Service inventé", "child_protection", "69"), "child_protection")
    theirs = concern(ase.actor, now=now())
    assert record(theirs, ase.actor, "placement_decided", today, now=now(), outcome="placed").role == "child_protection"


def test_a_foreign_file_is_not_reported(case: Case, people: Cast) -> None:
    for other in (people.ines, people.bruno):
        with pytest.raises(NotVisible):
            report(case, people, bed(people), acting=other.actor)


def test_the_page_shows_beds_first_and_does_both_in_one_step(case: Case, people: Cast, signed_in: Any) -> None:
    room, amina, address = bed(people), signed_in(people.amina), f"/cases/{case.code}/report/"
    first = amina.get(address).content.decode()
    for shown in ("national_law", "demanded", "choice"):
        assert f'class="tag {shown}"' in first, "the law, what is demanded and our reminder, told apart"
    key = str(uuid4())
    second = amina.post(address, FORM | {"key": key}).content.decode()
    assert str(room) in second
    with acting_as(people.amina.actor) as actor:
        assert not Request.objects.visible_to(actor).exists(), "looking asks for nothing"
    answer = amina.post(address, FORM | {"key": key, "bed": str(room)})
    assert answer.status_code == 302
    with acting_as(people.amina.actor) as actor:
        assert Hold.objects.visible_to(actor).get().state == "asked"
        assert Fact.objects.visible_to(actor).filter(case=case, kind="child_protection_informed").count() == 1


def test_the_page_takes_a_bed_held_elsewhere_and_refuses_what_is_wrong(case: Case, people: Cast, signed_in: Any) -> None:
    amina, address = signed_in(people.amina), f"/cases/{case.code}/report/"
    absent, nonsense, no_day = {"bed": str(uuid4())}, {"bed": "nonsense"}, {"bed": "elsewhere"}
    for wrong in (absent, nonsense, no_day, {"bed": "none", "to": "parents"}, {"bed": "none", "minors": "0"}):
        page = amina.post(address, FORM | {"key": str(uuid4())} | wrong)
        assert page.status_code == 200, wrong
        assert "error-summary" in page.content.decode(), wrong
    with acting_as(people.amina.actor) as actor:
        assert not Fact.objects.visible_to(actor).filter(case=case, kind__in=["child_protection_informed", "bed_held"]).exists()
    until = (now().date() + timedelta(days=3)).isoformat()
    assert amina.post(address, FORM | {"key": str(uuid4()), "bed": "elsewhere", "until": until}).status_code == 302
    with acting_as(people.amina.actor) as actor:
        kinds = set(Fact.objects.visible_to(actor).filter(case=case).values_list("kind", flat=True))
    assert {"child_protection_informed", "bed_held"} <= kinds
    assert signed_in(people.ines).get(address).status_code == 404
