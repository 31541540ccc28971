"""Steps about her place become facts of her file; the shelter sees her only after it said yes."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases.models import FACT, Case, Fact, Task
from repere.cases.place_facts import note_place_event
from repere.core.needs import household
from repere.places import actions, jobs
from repere.places.models import Event, Hold
from tests.cases.story import concern, record
from tests.people import Cast, Member
from tests.places.houses import arrive, by_worker, shelter, unit

SignIn = Callable[[Member], Client]
NEEDS = {
    "women": "1", "men": "0", "others": "0", "minors": "2", "urgency": "3", "phase": "emergency", "security": "0",
    "refuses_zones": "Rhône, 38",
}  # fmt: skip


def facts(case: Case, member: Member) -> list[str]:
    with acting_as(member.actor) as actor:
        return list(Fact.objects.visible_to(actor).filter(case=case).order_by("revision").values_list("kind", flat=True))


def tell(member: Member) -> None:
    """What the worker does with the events so far, twice over."""
    with acting_as(member.actor) as actor:
        events = list(Event.objects.visible_to(actor).order_by("at", "kind").values_list("pk", flat=True))
    for event in [*events, *events]:
        by_worker(note_place_event, event, now=timezone.now())


def test_from_her_file_to_a_filled_place_on_the_pages(signed_in: SignIn, people: Cast) -> None:
    house = shelter(people.sonia)
    unit(people.sonia, shelter(people.sonia, zone="69"))
    room = unit(people.sonia, house)
    case = concern(people.amina.actor)
    amina, sonia = signed_in(people.amina), signed_in(people.sonia)
    page = amina.post(f"/cases/{case.code}/place/", NEEDS | {"key": str(UUID(int=1))}, follow=True)
    address = page.redirect_chain[-1][0]
    assert page.content.decode().count('name="unit"') == 1, "only what does not lie where she refuses to go"
    amina.post(address + "hold/", {"unit": str(room.pk), "key": str(UUID(int=2))})
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get()
    asked = sonia.get(f"/places/asked/{held.pk}/").content.decode()
    for hidden in (case.code, case.pseudonym, str(case.pk), str(case.person_id)):
        assert hidden not in asked, "needs first, the person only after a yes"
    assert sonia.get(f"/cases/{case.code}/").status_code == 404
    amina.post(address + "show/", {"hold": str(held.pk)})
    assert sonia.get(f"/cases/{case.code}/").status_code == 404, "nothing is shown before a yes"
    tell(people.amina)
    assert "bed_held" not in facts(case, people.amina), "asked for is not held"
    sonia.post(f"/places/asked/{held.pk}/accept/")
    amina.post(address + "show/", {"hold": str(held.pk)})
    assert sonia.get(f"/cases/{case.code}/").status_code == 200
    sonia.post(f"/places/asked/{held.pk}/arrive/")
    tell(people.amina)
    assert "stay_started" not in facts(case, people.amina), "said by the shelter alone"
    assert "/there/" in amina.get(address).content.decode()
    amina.post(address + "there/", {"hold": str(held.pk)})
    tell(people.amina)
    assert [kind for kind in facts(case, people.amina) if kind.startswith(("bed", "stay"))] == ["bed_requested", "bed_held", "stay_started"]


def arrived(people: Cast, case: Case, *, listed: bool) -> str:
    """She is in a house of Sonia's, said by both sides. The address of the request."""
    room, now = unit(people.sonia, shelter(people.sonia, listed=listed)), timezone.now()
    needs = household(["woman"])
    with acting_as(people.amina.actor):
        reference = Case.objects.visible_to(people.amina.actor).get(pk=case.pk).place_reference
    asked = actions.ask(
        reference=reference, needs=needs, urgency=2, zone="13", key=UUID(int=50 + listed), acting=people.amina.actor, now=now
    )  # fmt: skip
    if listed:
        held = actions.hold(asked.pk, room.pk, key=UUID(int=60), acting=people.amina.actor, now=now)
        actions.accept(held.pk, acting=people.sonia.actor, now=now)
    else:
        actions.send_to_unlisted(asked.pk, acting=people.amina.actor, now=now)
        assert by_worker(jobs.send, asked.pk, now=now) == 1
        with people.sonia.acts() as actor:
            held = Hold.objects.visible_to(actor).get(request=asked)
        actions.accept(held.pk, unit_id=room.pk, acting=people.sonia.actor, now=now)
    arrive(people.sonia, people.amina, held.pk, now=now)
    return f"/cases/{case.code}/place/{asked.pk}/"


def test_after_an_arrival_how_to_reach_her_and_from_where_are_asked(signed_in: SignIn, people: Cast) -> None:
    """What was noted where she was exploited is not offered as what holds now; a hidden house proposes no département."""
    amina = signed_in(people.amina)
    for listed in (True, False):
        case = concern(people.amina.actor)
        record(case, people.amina.actor, "safe_contact_instructions", "2026-06-01", accompanied_by="presumed_exploiter", can_contact="yes")
        address = arrived(people, case, listed=listed)
        tell(people.amina)
        page = amina.get(address).content.decode()
        form = f"/cases/{case.code}/facts/new/safe_contact_instructions/"
        assert form in page
        [choice] = re.findall(r"<(?:option|input)[^>]*presumed_exploiter[^>]*>", amina.get(form).content.decode())
        assert not re.search("checked|selected", choice), "what was noted before is not offered as what she says now"
        assert ("Suivre son dossier depuis" in page, "Bouches-du-Rhône" in page) == (listed, listed)
        assert "Redemander comment la joindre" in amina.get(f"/cases/{case.code}/").content.decode()
        assert "Noté avant qu" in amina.get(f"/cases/{case.code}/").content.decode()
        sent = {"key": str(UUID(int=7 + listed))}
        assert amina.post(f"{address}follow/", sent).status_code == amina.post(f"{address}follow/", sent).status_code == 302
        assert signed_in(people.ines).post(f"{address}follow/", sent).status_code == 404
        with acting_as(people.amina.actor) as actor:
            assert Case.objects.visible_to(actor).get(pk=case.pk).territory == ("13" if listed else "69")
        today = timezone.now().date()
        said = {"accompanied_by": "alone", "can_contact": "yes"}
        noted = record(case, people.amina.actor, "safe_contact_instructions", today, now=timezone.now(), **said)
        assert form not in amina.get(address).content.decode()
        with acting_as(people.amina.actor) as actor:
            task = Task.objects.visible_to(actor).get(case=case, rule_id="common.renew_safe_contact")
        assert (task.closing, task.closing_fact_id) == (FACT, noted.pk)


def test_one_event_is_one_fact_however_often_the_job_runs(people: Cast) -> None:
    case = concern(people.amina.actor)
    actions.ask(
        reference=case.place_reference, needs=household(["woman"]), urgency=1, key=UUID(int=3), acting=people.amina.actor,
        now=timezone.now(),
    )  # fmt: skip
    tell(people.amina)
    assert facts(case, people.amina).count("bed_requested") == 1


def test_an_event_of_a_file_that_is_no_longer_there_is_let_go(people: Cast) -> None:
    actions.ask(
        reference=UUID(int=9), needs=household(["woman"]), urgency=1, key=UUID(int=4), acting=people.amina.actor, now=timezone.now()
    )
    tell(people.amina)


def test_a_foreign_file_has_no_page_about_places(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    request = actions.ask(
        reference=case.place_reference, needs=household(["woman"]), urgency=1, key=UUID(int=5), acting=people.amina.actor,
        now=timezone.now(),
    )  # fmt: skip
    ines = signed_in(people.ines)
    assert ines.get(f"/cases/{case.code}/place/").status_code == 404
    mine = concern(people.ines.actor)
    assert ines.get(f"/cases/{mine.code}/place/{request.pk}/").status_code == 404
    for act in ("hold", "send", "close", "show"):
        assert ines.post(f"/cases/{mine.code}/place/{request.pk}/{act}/").status_code == 404


def test_what_contradicts_itself_is_told_and_nothing_is_asked(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    amina = signed_in(people.amina)
    for wrong in ({"near": "69"}, {"women": "0", "minors": "0"}, {"refuses_zones": "Atlantide"}, {"apart": "NOTACODE"}):
        page = amina.post(f"/cases/{case.code}/place/", NEEDS | {"key": str(UUID(int=6))} | wrong)
        assert page.status_code == 200
        assert "error-summary" in page.content.decode()
    with people.amina.acts() as actor:
        assert not Event.objects.visible_to(actor).exists()
