"""After an incident the shelter finds another place for those who stay, from a page; whom she must not meet goes with her."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from repere.core.codes import new_code
from repere.core.needs import household
from repere.places import actions
from repere.places.doors import visible_hold
from repere.places.marks import mark
from repere.places.models import Event, Hold, Request
from repere.places.queries.desk import must_not_meet
from tests.people import Cast, Member
from tests.places.houses import NOW, ask, hold, live, shelter, unit

SignIn = Callable[[Member], Client]


def test_the_shelter_holds_another_place_from_the_page(signed_in: SignIn, people: Cast) -> None:
    """The household of `amina` lives with `sonia`; `ines` keeps another house, elsewhere."""
    now, left = timezone.now(), shelter(people.sonia)
    live(people.sonia, people.amina, unit(people.sonia, left), reference=(reference := uuid4()))
    away = unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs"))
    (moved,) = actions.report_incident(left.pk, kind="located", acting=people.sonia.actor, now=now)
    sonia, address = signed_in(people.sonia), f"/places/moving/{moved.pk}/"
    assert address in sonia.get("/places/").content.decode()
    assert "Nord" in sonia.get(address).content.decode()
    sonia.post(address + "hold/", {"unit": str(away.pk), "key": str(uuid4())})
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get(request=moved)
        told = Event.objects.visible_to(actor).filter(reference=reference).exclude(by_organisation_id=people.amina.actor.organisation_id)
        assert {(one.kind, one.organisation_id) for one in told if one.kind in ("requested", "held")} == {
            ("requested", people.amina.actor.organisation_id), ("held", people.amina.actor.organisation_id),
        }, "whoever keeps the file is told, not the shelter's own files"  # fmt: skip
    actions.accept(held.pk, acting=people.ines.actor, now=now)
    actions.arrive(held.pk, acting=people.ines.actor, now=now)
    sonia.post(address + "there/", {"hold": str(held.pk)})
    with people.sonia.acts() as actor:
        assert Request.objects.visible_to(actor).get(pk=moved.pk).outcome == "placed"
        assert Event.objects.visible_to(actor).filter(reference=reference, kind="arrived").count() == 0, "her file is told by its keepers"
        assert Event.objects.visible_to(actor).get(kind="said_there").organisation_id == people.atalante.pk


def test_nobody_else_opens_the_page_and_a_usual_request_has_none(signed_in: SignIn, people: Cast) -> None:
    house = shelter(people.sonia)
    live(people.sonia, people.amina, unit(people.sonia, house))
    (moved,) = actions.report_incident(house.pk, kind="intrusion", acting=people.sonia.actor, now=NOW)
    for other in (people.ines, people.amina, people.karim):
        client = signed_in(other)
        assert client.get(f"/places/moving/{moved.pk}/").status_code in (403, 404)
        assert client.post(f"/places/moving/{moved.pk}/close/").status_code in (403, 404)
    usual = ask(people.amina)
    assert signed_in(people.amina).get(f"/places/moving/{usual.pk}/").status_code == 404


def test_whom_she_must_not_meet_goes_with_her(people: Cast) -> None:
    feared, left = uuid4(), shelter(people.sonia)
    live(people.sonia, people.amina, unit(people.sonia, left), apart=[feared])
    other = shelter(people.ines, zone="59")
    first, second = (unit(people.ines, other, label=label) for label in "ab")
    live(people.ines, people.amina, first, reference=feared)
    (moved,) = actions.report_incident(left.pk, kind="located", acting=people.sonia.actor, now=NOW)
    held = hold(people.sonia, moved, second)
    with people.ines.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, held.pk)) == 1


def test_a_mark_is_kept_by_how_it_is_written_alone() -> None:
    code = new_code()
    assert mark(code) == mark(f" {code[:4].lower()}-{code[4:]} ") != mark(new_code())
    assert isinstance(mark(code), UUID)
    assert mark("not a mark") is None


def test_a_mark_is_known_to_the_receiving_shelter_from_either_side(people: Cast) -> None:
    """Neither household is a file of whoever avoids it: only the mark is shared."""
    house, network = shelter(people.sonia), mark(new_code())
    assert network is not None
    first, second, third = (unit(people.sonia, house, label=label) for label in "abc")
    live(people.sonia, people.bruno, first, household(["woman"]), carries=[network])
    feared = hold(people.amina, ask(people.amina, apart=[network]), second)
    also_of_it = hold(people.amina, ask(people.amina, carries=[network]), third)
    with people.sonia.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, feared.pk)) == 1
        assert must_not_meet(actor, visible_hold(actor, also_of_it.pk)) == 0
    actions.accept(feared.pk, acting=people.sonia.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, also_of_it.pk)) == 1, "said by the one who came before"
    with people.amina.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, feared.pk)) == 0, "the seeker's own eyes find nothing"
