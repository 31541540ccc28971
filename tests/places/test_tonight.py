"""A place for tonight: near ones first, an answer within hours, and a mother whose age is disputed stays one family with her child."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.needs import AGES, Member, Needs, PlaceTable, candidates, household
from repere.core.placement import ContradictoryInstance, read_instance
from repere.directory.geography.distance import hundreds_of_km
from repere.directory.territory import territories
from repere.directory.vocabulary import languages_named
from repere.places import actions, households, jobs
from repere.places.clocks import ANSWER_HOURS, NEED_HOURS
from repere.places.forms import LanguagesField, NeedsForm, filled_from
from repere.places.models import Hold
from repere.places.queries.candidates import candidates_for, place_of
from repere.places.templatetags.place_words import household_words
from tests.people import Cast
from tests.places.houses import NOW, ask, by_worker, hold, refused, shelter, unit

HERSELF, HER_CHILD = Member(minor=True, gender="woman", disputed=True), Member(minor=True, age="3-11")
FAMILY = Needs(members=(HERSELF, HER_CHILD))


# ---- a family


def test_a_mother_whose_age_is_disputed_and_her_child_are_one_family() -> None:
    assert FAMILY.led_by_disputed_age
    assert FAMILY.children
    assert not FAMILY.alone_and_minor
    for alone in ((HERSELF,), (HER_CHILD, HER_CHILD), (HERSELF, HERSELF)):
        assert Needs(members=alone).alone_and_minor, "nobody of them has a child, or nobody may be of age"


def test_a_house_for_women_and_their_children_fits_her_and_one_that_takes_no_children_does_not(people: Cast) -> None:
    house = shelter(people.sonia)
    women, childless = unit(people.sonia, house, gender="women"), unit(people.sonia, house, label="B", children=False)
    men = unit(people.sonia, house, label="C", gender="men")
    fits = {fit.place: fit.misses for fit in candidates(FAMILY, PlaceTable.of(map(place_of, (women, childless, men))))}
    assert (fits[str(women.pk)], fits[str(childless.pk)], fits[str(men.pk)]) == ((), ("no_children",), ("gender_rule",))


def test_the_page_says_which_houses_decide_and_those_that_take_minors_come_first_at_the_same_distance(people: Cast) -> None:
    house = shelter(people.sonia, zone="69")
    decides = unit(people.sonia, house)
    takes = unit(people.sonia, house, label="B", unaccompanied_minors=True, collective=True, remote=True)
    request = ask(people.amina, FAMILY, urgency=3, zone="69")
    with people.amina.acts() as actor:
        found = candidates_for(actor, request, now=NOW).fitting
    assert [(one.unit.pk, one.decides) for one in found] == [(takes.pk, False), (decides.pk, True)]
    assert hold(people.amina, request, decides).state == "asked"


def test_a_minor_alone_whose_age_is_disputed_is_not_held_where_minors_alone_are_not_taken(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    with refused("does_not_fit"):
        hold(people.amina, ask(people.amina, Needs(members=(HERSELF,)), urgency=3), room)


def test_the_house_reads_that_an_age_is_disputed_the_ages_of_children_and_that_there_is_a_danger() -> None:
    needs = Needs(members=(HERSELF, HER_CHILD, Member(minor=True)), danger=True, languages=frozenset({"bin"}))
    lines = " | ".join(household_words(households.written(needs)))
    for said in ("3 mineurs, dont 1 fille ou jeune femme dont l'âge est contesté, 1 de 3 à 11 ans", "Un danger est connu", "edo"):
        assert said in lines.replace("’", "'")
    assert household_words(households.written(household(["woman", "man", "man"]))) == ["1 femme, 2 hommes"]


# ---- the form and what is kept


MINORS = st.lists(st.builds(Member, minor=st.just(True), age=st.sampled_from(AGES)), max_size=4)
ADULTS = st.lists(st.sampled_from(["woman", "man"]), max_size=2)


@given(adults=ADULTS, minors=MINORS, disputed=st.sampled_from(["", "woman", "man", "not_known"]))
def test_what_the_form_takes_is_kept_and_comes_back(adults: list[str], minors: list[Member], disputed: str) -> None:
    her = [Member(minor=True, gender=disputed, disputed=True)] if disputed else []  # type: ignore[arg-type]
    members = [Member(gender=one) for one in adults] + her + minors  # type: ignore[arg-type]
    if not members:
        return
    kept = households.written(Needs(members=tuple(members), danger=bool(minors)))
    filled = {name: value for name, value in filled_from(kept, urgency=3).items() if value not in ("", None)}
    form = NeedsForm(filled, exploitation=[])
    assert form.is_valid(), form.errors
    again = households.written(form.as_needs())
    assert sorted(map(str, again["members"])) == sorted(map(str, kept["members"]))
    assert again["needs"] == kept["needs"]
    assert households.read(kept).needs.size == len(members)


SAID = {"women": "0", "men": "0", "others": "0", "minors": "2", "urgency": "3", "phase": "emergency", "security": "0"}


@pytest.mark.parametrize(
    "more", [{"aged_3_11": "3"}, {"contested": "woman", "aged_3_11": "2"}, {"contested": "woman", "minors": "0", "women": "1"}]
)
def test_ages_of_more_minors_than_there_are_are_a_question(more: dict[str, str]) -> None:
    form = NeedsForm(SAID | more, exploitation=[])
    assert not form.is_valid()
    assert "minors" in form.errors


def test_a_number_in_words_says_what_to_write() -> None:
    form = NeedsForm(SAID | {"minors": "un fils de 6 ans"}, exploitation=[])
    assert form.errors["minors"] == ["Écrivez un nombre en chiffres, par exemple 1."]


@pytest.mark.parametrize("wrong", [{"disputed": True}, {"age": "3-11"}, {"minor": True, "age": "7"}])
def test_an_age_that_cannot_be_meant_is_refused_where_it_stands(wrong: dict[str, object]) -> None:
    with pytest.raises(ContradictoryInstance):
        read_instance({"households": [{"id": "h", "members": [{"gender": "woman", **wrong}]}]})


def test_languages_are_named_as_people_say_them() -> None:
    assert languages_named("Edo, anglais et Français") == (["bin", "eng", "fra"], [])
    assert languages_named("English and Yoruba") == (["eng", "yor"], [])
    assert languages_named("martien") == ([], ["martien"])
    with pytest.raises(Exception, match="martien"):
        LanguagesField().clean("edo, martien")


@pytest.mark.parametrize(("typed", "kept"), [("04 72 61 60 60", "+33472616060"), ("", "")])
def test_the_telephone_of_a_service_is_kept_as_it_is_dialled(typed: str, kept: str) -> None:
    form = NeedsForm(SAID | {"line": typed}, exploitation=[])
    assert form.is_valid(), form.errors
    assert form.cleaned_data["line"] == kept


def test_what_is_no_telephone_is_not_kept() -> None:
    assert "line" in NeedsForm(SAID | {"line": "12 34"}, exploitation=[]).errors


# ---- hours


@pytest.mark.parametrize("urgency", range(4))
def test_who_stands_on_the_doorstep_waits_hours_and_not_days(urgency: int, people: Cast) -> None:
    held = hold(people.amina, ask(people.amina, urgency=urgency), unit(people.sonia, shelter(people.sonia)))
    assert held.ends_at == NOW + timedelta(hours=ANSWER_HOURS[urgency])
    assert ANSWER_HOURS[3] <= 4
    assert NEED_HOURS[3] <= 4
    assert ANSWER_HOURS[2] <= 12
    assert list(ANSWER_HOURS.values()) == sorted(ANSWER_HOURS.values())


def test_the_need_sent_to_hidden_houses_has_the_same_hours(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, listed=False))
    request = ask(people.amina, urgency=3)
    actions.send_to_unlisted(request.pk, acting=people.amina.actor, now=NOW)
    assert by_worker(jobs.send, request.pk) == 1
    with people.sonia.acts() as actor:
        assert Hold.objects.visible_to(actor).get().ends_at == NOW + timedelta(hours=NEED_HOURS[3])


def test_a_need_that_became_urgent_waits_no_longer_than_tonight(people: Cast) -> None:
    request = ask(people.amina, urgency=1)
    room = unit(people.sonia, shelter(people.sonia))
    hold(people.amina, request, room)
    actions.change_request(
        request.pk, needs=households.read(request.household).needs, urgency=3, acting=people.amina.actor, now=NOW + timedelta(hours=1)
    )
    with people.amina.acts() as actor:
        asked = Hold.objects.visible_to(actor).get(state="asked")
    assert asked.ends_at == NOW + timedelta(hours=1 + ANSWER_HOURS[3])


def test_the_form_says_how_many_hours() -> None:
    assert f"{ANSWER_HOURS[3]} heures" in str(NeedsForm(exploitation=[]).fields["urgency"].help_text)


# ---- near


def test_distances_are_those_of_the_map_about() -> None:
    far = hundreds_of_km({"69"})
    assert (far["69"], far["42"], far["38"]) == (0, 1, 1)
    assert far["75"] == 4
    assert far["29"] > 6
    assert "974" not in far
    assert hundreds_of_km({"974"}) == {}
    assert hundreds_of_km(set()) == {}
    metropole = {place.code for place in territories().values() if place.zone == "metro"}
    assert set(far) <= metropole
    assert len(metropole - set(far)) == 0, "every département of the mainland and Corsica has an outline"


def test_tonight_the_nearest_that_fits_comes_first_whatever_speaks_for_the_others(people: Cast) -> None:
    paris = shelter(people.sonia, zone="75", languages=["eng"], trained_for=["sexual"])
    rooms = {"75": unit(people.sonia, paris)}
    for zone in ("38", "69", "59"):
        rooms[zone] = unit(people.sonia, shelter(people.sonia, zone=zone), collective=True, remote=True)
    needs = household(["woman"], languages=frozenset({"eng"}), form="sexual")
    order = {}
    with people.amina.acts() as actor:
        for urgency in (3, 2):
            request = ask(people.amina, needs, urgency=urgency, zone="69")
            found = candidates_for(actor, request, now=NOW)
            order[urgency] = [one.unit.shelter.zone for one in found.fitting]
            assert found.near_first == (urgency == 3)
    assert order[3] == ["69", "38", "75", "59"]
    assert order[2][0] == "75", "with a day to travel, what speaks for a place counts first"


def test_only_a_few_are_shown_and_the_nearest_are_among_them(people: Cast) -> None:
    far, near = shelter(people.sonia, zone="59", languages=["eng"]), shelter(people.sonia, zone="69")
    for number in range(9):
        unit(people.sonia, far, label=f"F{number}")
    here = unit(people.sonia, near, collective=True, remote=True)
    request = ask(people.amina, household(["woman"], languages=frozenset({"eng"})), urgency=3, zone="69")
    with people.amina.acts() as actor:
        assert candidates_for(actor, request, now=NOW, most=3).fitting[0].unit.pk == here.pk


def test_where_she_must_be_moved_away_from_there_nothing_is_called_near(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, zone="38"))
    request = ask(people.amina, household(["woman"], avoid=frozenset({"69"})), urgency=3, zone="69")
    with people.amina.acts() as actor:
        assert not candidates_for(actor, request, now=NOW).near_first
