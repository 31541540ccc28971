"""What the case page says first, what it proposes next, and where each step leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from repere.cases import actions, mechanisms, queries
from repere.cases.models import Case, Draft
from repere.cases.refusals import Refused
from tests.cases.story import NOW, concern, on, record, tasks, told
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]


def page_of(case: Case, member: Member) -> queries.CasePage:
    with member.acts() as actor:
        return queries.case_page(actor, case.code, now=NOW)


def html(client: Client, case: Case, path: str = "", **query: Any) -> str:
    answer = client.get(f"/cases/{case.code}/{path}", query)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


# ---- urgent needs


def test_each_urgent_need_is_a_step_until_it_is_met(people: Cast) -> None:
    """A bed found does not make anybody forget that she has not eaten."""
    amina, case = people.amina.actor, concern(people.amina.actor)
    record(case, amina, "urgent_need", "2026-06-01", basis="person_said", needs=["shelter", "food"])
    assert steps(case, people.amina) == {"shelter", "food"}
    record(case, amina, "urgent_need_met", "2026-06-02", needs=["shelter"])
    assert steps(case, people.amina) == {"food"}
    record(case, amina, "urgent_need", "2026-06-03", basis="person_said", needs=["shelter"])
    assert steps(case, people.amina) == {"food", "shelter"}
    record(case, amina, "urgent_need", "2026-06-04", basis="person_said", none_stated="yes")
    assert steps(case, people.amina) == set()


def steps(case: Case, member: Member) -> set[str]:
    """Codes of needs for which the page has a step of its own, or a task whose form names the need."""
    page = page_of(case, member)
    by_task = {code for duty in page.duties for way in duty.ways for name, code in way.answers if name == "needs"}
    return {need.code for need in page.needs} | by_task


def test_the_step_of_a_need_opens_its_form_with_that_need(signed_in: SignIn, people: Cast) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["food"])
    assert "urgent_need_met.needs=food" in html(client, case)
    form = html(client, case, "facts/new/urgent_need_met/", **{"urgent_need_met.needs": ["food", "no_such_need"]})
    assert form.count("checked") == 2  # the need, and "today"
    assert 'value="no_such_need"' not in form


def test_nothing_and_something_is_refused_by_the_act(people: Cast) -> None:
    case = concern(people.amina.actor)
    with pytest.raises(Refused) as refused:
        record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["food"], none_stated="yes")
    assert refused.value.code == "nothing_and_something"


# ---- a presumption to think of


def signs(case: Case, member: Member, *indicators: str) -> None:
    for indicator in indicators:
        record(case, member.actor, "indicator_observed", basis="observed", indicator=indicator)


def strong_pair() -> list[str]:
    known = mechanisms.common().indicators.values()
    strong = [i for i in known if i.strength.get("adult_labour") == "strong"]
    return next([one.id, other.id] for one in strong for other in strong if one.dimension == other.dimension and one.id != other.id)


def offers_presumption(page: queries.CasePage) -> bool:
    by_task = any(way.kind == "presumption_stated" for duty in page.duties for way in duty.ways)
    return page.proposal is not None or by_task


def test_a_presumption_is_proposed_and_never_stated(people: Cast) -> None:
    """Signs that fill a dimension open a question to a person; one sign alone opens none, and no fact is written by itself."""
    case, pair = concern(people.amina.actor), strong_pair()
    signs(case, people.amina, pair[0])
    assert page_of(case, people.amina).proposal is None
    signs(case, people.amina, pair[1])
    page = page_of(case, people.amina)
    assert offers_presumption(page)
    assert all(entry.kind != "presumption_stated" for entry in page.timeline)
    record(case, people.amina.actor, "presumption_stated", grounds=["indicators"])
    assert page_of(case, people.amina).proposal is None


def crowded(case: Case, member: Member) -> None:
    """Signs that fill a dimension, in a file where many other things are to be done."""
    record(case, member.actor, "urgent_need", basis="person_said", needs=["shelter", "food", "medical"])
    record(case, member.actor, "exploitation_described", basis="person_said", forms=["forced_labour"], minor_at_time="not_known")
    record(case, member.actor, "complaint_filed", basis="document")
    signs(case, member, *strong_pair())


@pytest.mark.parametrize("who", ["amina", "karim"])
def test_what_may_be_presumed_is_the_first_likely_fact(people: Cast, signed_in: SignIn, who: str) -> None:
    """Her rights hang on it: it is not pushed out by ten tasks of the first evening, nor by the task being a colleague's."""
    member = getattr(people, who)
    case = concern(member.actor)
    assert "presumption_stated" not in likely_facts(signed_in(member), case)[:1]
    crowded(case, member)
    assert likely_facts(signed_in(member), case)[0] == "presumption_stated"
    record(case, member.actor, "presumption_stated", grounds=["indicators"])
    assert likely_facts(signed_in(member), case)[0] != "presumption_stated"


def likely_facts(client: Client, case: Case) -> list[str]:
    page = html(client, case, "facts/new/")
    return re.findall(r"/facts/new/(\w+)/", page[page.index('id="likely-title"') : page.index('id="kinds"')])


# ---- who may see it, and what is not known


def test_a_file_of_ones_own_names_what_is_closed_to_the_role(signed_in: SignIn, people: Cast) -> None:
    """The organisation that opened it holds it whole; care stays closed to who supports her until she agrees."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    page = html(client, case)
    assert "Votre organisation n'en voit qu'une partie" not in page.replace("&#x27;", "'")
    assert "Fermé pour vous, dans votre fonction : Santé." in page
    record(case, people.amina.actor, "consent_given", basis="person_said", purpose="health")
    assert "Fermé pour vous" not in html(client, case)


def test_an_age_that_is_not_known_stands_with_the_question_to_ask(signed_in: SignIn, people: Cast) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    who = page_of(case, people.amina).who
    assert who.ask_age is not None
    assert who.ask_age_then is not None
    for ask in (who.ask_age, who.ask_age_then):
        assert f'{ask.kind}/#q-{ask.kind}.{ask.field}">{ask.question}' in html(client, case).replace("&#x27;", "'")
        assert f'id="q-{ask.kind}.{ask.field}"' in html(client, case, f"facts/new/{ask.kind}/")
    record(case, people.amina.actor, "person_described", basis="person_said", turns_18="2016")
    record(case, people.amina.actor, "exploitation_described", basis="person_said", minor_at_time="yes")
    who = page_of(case, people.amina).who
    assert (who.ask_age, who.ask_age_then) == (None, None)


# ---- her safety


@pytest.mark.parametrize(
    ("told", "loud"),
    [
        ({"someone_may_listen": "yes"}, True),
        ({"accompanied_by": "presumed_exploiter"}, True),
        ({"accompanied_by": "alone", "someone_may_listen": "no"}, False),
        ({"accompanied_by": "not_known"}, False),
    ],
)
def test_the_page_warns_when_somebody_may_hear(signed_in: SignIn, people: Cast, told: dict[str, str], loud: bool) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    record(case, people.amina.actor, "safe_contact_instructions", basis="person_said", can_contact="yes", **told)
    page = html(client, case)
    assert ("overheard" in page) is loud
    assert page.index('class="safety') < page.index('data-key="f"') < page.index('id="who"')


# ---- rights


def test_a_right_is_read_when_it_is_opened(signed_in: SignIn, people: Cast) -> None:
    """Without a script its line still leads to the rule; an intruder gets neither."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    address = f"/cases/{case.code}/rights/common.victim_support_without_complaint/"
    page = html(client, case)
    assert f'hx-get="{address}?"' in page
    assert f'/cases/{case.code}/rules/common.victim_support_without_complaint/"' in page
    assert "À lui dire" in client.get(address).content.decode()
    assert client.get(f"/cases/{case.code}/rights/no.such_rule/").status_code == 404
    assert signed_in(people.ines).get(address).status_code == 404
    assert signed_in(people.chloe).get(address).status_code == 403


def test_rights_that_are_not_open_are_read_when_they_are_asked_for(signed_in: SignIn, people: Cast) -> None:
    """The page says how many there are; a link, or opening the part, shows each and what is missing for it."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    first, whole = html(client, case), html(client, case, rights="all")
    assert 'href="?rights=all#closed-national_law"' in first
    assert "/rules/fr.residence_permit_complaint/" not in first
    assert "/rules/fr.residence_permit_complaint/" in whole


@pytest.mark.parametrize("day", ["9999-12-31", "2046-01-01", "0001-01-01", "2026-02-30", "\x00"])
def test_a_day_that_no_answer_is_made_for_shows_today(signed_in: SignIn, people: Cast, day: str) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    record(case, people.amina.actor, "presumption_stated")
    answer = client.get(f"/cases/{case.code}/", {"on": day})
    assert answer.status_code == 200
    if day[0] not in "0":
        assert answer.context["page"].on == answer.context["page"].today


def test_how_sure_a_text_is_stands_in_words(signed_in: SignIn, people: Cast) -> None:
    page = html(signed_in(people.amina), concern(people.amina.actor))
    assert "certitude" not in page
    assert "lu dans un extrait du texte" in page


def test_two_duties_with_the_same_words_are_told_apart(people: Cast) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    both = [duty for duty in page_of(case, people.amina).duties if duty.rule_id == "common.explain_rights"]
    assert len(both) == 2
    assert all(duty.twin for duty in both)
    assert len({duty.role_label for duty in both}) == 2


# ---- kinds of facts


def test_kinds_are_found_by_word_without_a_script(signed_in: SignIn, people: Cast) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    everything = html(client, case, "facts/new/")
    assert "Probablement maintenant" in everything
    assert "/facts/new/complaint_filed/" in everything
    found = html(client, case, "facts/new/", q="RECEPISSE")
    assert "/facts/new/recepisse_handed_over/" in found
    assert "/facts/new/urgent_need/" not in found
    assert "Aucun type de fait" in html(client, case, "facts/new/", q="xyzzy")


def test_what_a_task_asks_for_comes_first(people: Cast, signed_in: SignIn) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    page = html(signed_in(people.amina), case, "facts/new/")
    likely = page[page.index('id="likely-title"') : page.index('id="kinds"')]
    assert "/facts/new/rights_information_given/" in likely
    assert tasks(case, people.amina.actor)


# ---- drafts of the forms that record no fact


def test_the_identity_form_keeps_what_was_typed(signed_in: SignIn, people: Cast) -> None:
    """It comes back, and only what she changed is written; another member of the house does not see it."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    actions.amend_identity(case.person_id, tier="contact", changes={"language": "lingala"}, acting=people.amina.actor, now=NOW)
    sent = {"given_names": "Nadège", "initial-given_names": "", "language": "lingala", "initial-language": "lingala"}
    assert b"Brouillon" in client.post(f"/cases/{case.code}/drafts/identity/keep/", {**sent, "draft_key": str(uuid4())}).content
    back = html(client, case, "identity/")
    assert "Nadège" in back
    assert "error-summary" not in back
    assert "Votre brouillon du" in back
    assert "Nadège" not in html(signed_in(people.odile), case, "identity/")
    actions.amend_identity(case.person_id, tier="contact", changes={"language": "peul"}, acting=people.odile.actor, now=NOW)
    assert client.post(f"/cases/{case.code}/identity/", sent).status_code == 302
    kept = html(client, case, "identity/")
    assert "Nadège" in kept
    assert "peul" in kept
    with people.amina.acts() as actor:
        assert not Draft.objects.visible_to(actor).exists()


def test_the_access_form_keeps_what_was_typed(signed_in: SignIn, people: Cast) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    typed = {"reason": "Pour la mettre à l'abri", "groups": ["housing"], "draft_key": str(uuid4())}
    client.post(f"/cases/{case.code}/drafts/access/keep/", typed)
    back = html(client, case, "access/new/")
    assert "Pour la mettre à l&#x27;abri" in back
    assert back.count("checked") == 2  # one data group, and "no name"
    assert signed_in(people.ines).post(f"/cases/{case.code}/drafts/access/keep/", typed).status_code == 404
    assert client.post(f"/cases/{case.code}/drafts/no-such-form/keep/", {"key": str(uuid4())}).status_code == 404


def test_the_law_that_applies_has_no_basis_on_the_timeline(people: Cast) -> None:
    """Which country's law is followed was neither seen nor heard."""
    case = concern(people.amina.actor)
    told = {entry.kind: entry.basis for entry in page_of(case, people.amina).timeline}
    assert told["jurisdiction_set"] == ""
    assert told["concern_reported"]
    assert on("2026-06-01").exact


def test_an_autosave_that_crossed_the_sending_brings_nothing_back(signed_in: SignIn, people: Cast) -> None:
    """Two requests at once: the draft may be written after the fact was kept."""
    case, client, key = concern(people.amina.actor), signed_in(people.amina), str(uuid4())
    sent = {"key": key, "when": "today", "basis": "person_said", "urgent_need.needs": "food"}
    client.post(f"/cases/{case.code}/facts/new/urgent_need/", sent)
    body = {name: [value] for name, value in sent.items()}
    actions.save_draft(form="fact:urgent_need", case=case, body=body, acting=people.amina.actor, now=NOW)
    assert "Votre brouillon du" not in html(client, case, "facts/new/urgent_need/")
    assert "Vous avez commencé un formulaire ici" not in html(client, case)


# ---- a file followed for years


@pytest.fixture
def long_file(people: Cast) -> Case:
    """Eighteen facts, most of them needs."""
    case = concern(people.amina.actor, "2026-01-01")
    for day in range(1, 15):
        record(case, people.amina.actor, "urgent_need", f"2026-02-{day:02}", basis="person_said", needs=["food"])
    record(case, people.amina.actor, "presumption_stated", "2026-03-01", grounds=["account"])
    return case


def lines(page: str) -> list[str]:
    return re.findall(r'<li id="fact-([0-9a-f-]{36})"', page)


def test_a_long_file_tells_its_newest_facts_and_how_many_came_before(signed_in: SignIn, people: Cast, long_file: Case) -> None:
    """Whatever its length, the page opens as fast; nothing is left out unsaid, and a link or a press reads the rest."""
    client, whole = signed_in(people.amina), page_of(long_file, people.amina)
    first, everything = html(client, long_file), html(client, long_file, past="all")
    assert lines(first) == [str(entry.fact_id) for entry in whole.timeline[:12]]
    assert lines(everything) == [str(entry.fact_id) for entry in whole.timeline]
    assert ("18 faits" in first, "6 faits avant ceux-ci" in first, "6 faits avant ceux-ci" in everything) == (True, True, True)
    assert 'href="?past=all#earlier"' in first
    assert 'href="?past=all#earlier"' not in everything


def test_what_is_counted_and_chosen_by_kind_is_the_whole_file(signed_in: SignIn, people: Cast, long_file: Case) -> None:
    page = page_of(long_file, people.amina)
    counted = {group: number for group, _label, number in page.facts_by_group}
    assert sum(counted.values()) == page.facts_in_all == len(page.timeline) == 18
    needs = next(entry for entry in page.timeline if entry.kind == "urgent_need").group
    shown = html(signed_in(people.amina), long_file, kind=needs)
    assert len(lines(shown)) == counted[needs] > 12
    assert "avant ceux-ci" not in shown


def test_a_correction_of_an_old_fact_leads_to_where_both_stand(signed_in: SignIn, people: Cast, long_file: Case) -> None:
    old = next(entry for entry in reversed(page_of(long_file, people.amina).timeline) if entry.kind == "urgent_need")
    newer = told(
        long_file, people.amina.actor, "urgent_need", "2026-04-01", basis="person_said", corrects=old.fact_id, fields={"needs": ["medical"]}
    ).fact
    client = signed_in(people.amina)
    first, everything = html(client, long_file), html(client, long_file, past="all")
    assert f'href="?past=all#fact-{old.fact_id}"' in first
    assert f'href="#fact-{old.fact_id}"' in everything
    assert f'href="#fact-{newer.pk}"' in everything


def test_a_short_file_has_nothing_before(signed_in: SignIn, people: Cast) -> None:
    assert "avant ceux-ci" not in html(signed_in(people.amina), concern(people.amina.actor))
