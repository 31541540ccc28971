"""What a body that was given an access notes in a file: one more statement, which steers nothing of those who keep it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import queries
from repere.cases.models import Case, Grant, Notice, Task
from repere.cases.refusals import Refused
from repere.cases.views.facts import queries as read_by_the_form
from tests.cases.story import ALL_GROUPS, NOW, concern, grant, record
from tests.people import Cast, Member
from tests.places.houses import on_probation

pytestmark = pytest.mark.django_db
STEERING = {
    "jurisdiction_set": {"country": "UK"}, "exit": {"reason": "not_known"}, "re_entry": {}, "case_reopened": {},
    "consent_given": {"purpose": "support"}, "stay_started": {}, "stay_ended": {},
}  # fmt: skip


def seen(case: Case, member: Member) -> queries.CasePage:
    with acting_as(member.actor) as actor:
        return queries.case_page(actor, case.code, now=NOW)


def kept(case: Case, member: Member) -> Case:
    with acting_as(member.actor) as actor:
        return Case.objects.visible_to(actor).get(pk=case.pk)


def test_what_steers_a_file_is_said_by_who_keeps_it(people: Cast, signed_in: Callable[[Member], Client]) -> None:
    """Country, end, agreement, stay: refused to whoever was given every group, with the name of whom to call; not offered either."""
    case = concern(people.amina.actor)
    grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    before = kept(case, people.amina)
    for kind, fields in STEERING.items():
        with pytest.raises(Refused) as refused:
            record(case, people.bruno.actor, kind, **fields)
        assert refused.value.code == "keeper_says", kind
        assert people.atalante.name in str(refused.value)
    after = kept(case, people.amina)
    assert (after.mechanism, after.closed_on, after.agreed) == (before.mechanism, None, before.agreed)
    offered = signed_in(people.bruno).get(f"/cases/{case.code}/facts/new/").content.decode()
    assert "/facts/new/urgent_need/" in offered
    assert [kind for kind in STEERING if f"/facts/new/{kind}/" in offered] == []
    opened = signed_in(people.bruno).get(f"/cases/{case.code}/facts/new/{next(iter(STEERING))}/").content.decode()
    assert people.atalante.name in opened.split("<main")[1]
    assert 'name="basis"' not in opened, "said when it is opened, not after everything is filled in"
    mine = signed_in(people.amina).get(f"/cases/{case.code}/facts/new/").content.decode()
    assert [kind for kind in STEERING if f"/facts/new/{kind}/" not in mine] == []
    for member in (people.amina, people.bruno):
        with pytest.raises(Refused) as alone:
            record(case, member.actor, "entered_in_error")
        assert alone.value.code == "error_of_which_fact"


def test_a_withdrawal_told_elsewhere_ends_nothing_and_is_told_to_who_follows_her(
    people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    case = concern(people.amina.actor)
    grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    to_the_police = grant(case, people.amina.actor, people.police, ["exploitation"])
    record(case, people.bruno.actor, "consent_withdrawn", basis="person_said", purpose="not_known")
    with acting_as(people.amina.actor) as actor:
        assert Grant.objects.visible_to(actor).active().filter(pk=to_the_police.pk).exists()
        told = Notice.objects.visible_to(actor).filter(case=case, step="said_elsewhere")
        assert [one.user_id for one in told] == [people.amina.user.pk]
    record(case, people.bruno.actor, "person_described", gender="woman")
    with acting_as(people.amina.actor) as actor:
        assert Notice.objects.visible_to(actor).filter(case=case, step="said_elsewhere").count() == 1, "once until it is read"
        lines = queries.notices(actor)
        noted = [(line.by, line.said) for line in lines if line.code == case.code]
        assert noted == [(people.boussole.name, "Personne décrite"), (people.boussole.name, "Accord retiré")], "one line a fact"
    page = signed_in(people.amina).get("/notices/").content.decode()
    assert f"#fact-{lines[0].fact_id}" in page
    assert people.boussole.name in page
    record(case, people.amina.actor, "consent_withdrawn", basis="person_said", purpose="not_known")
    with acting_as(people.amina.actor) as actor:
        assert not Grant.objects.visible_to(actor).active().filter(pk=to_the_police.pk).exists()


def test_a_warning_of_who_keeps_the_file_stays_until_they_note_anew(people: Cast, signed_in: Callable[[Member], Client]) -> None:
    """A telephone number noted by another body does not stand in the place of "do not call, somebody listens"."""
    case = concern(people.amina.actor)
    careful = {"can_contact": "no", "someone_may_listen": "yes", "accompanied_by": "presumed_exploiter"}
    record(case, people.amina.actor, "safe_contact_instructions", "2026-06-02", **careful)
    grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    record(
        case, people.bruno.actor, "safe_contact_instructions", "2026-06-05", can_contact="yes", channel="phone", someone_may_listen="no",
        accompanied_by="alone", how_and_when="06 11 22 33 44, à toute heure",
    )  # fmt: skip
    for reader in (people.amina, people.bruno):
        contact = seen(case, reader).who.contact
        assert (contact.may_contact, contact.overheard) == ("no", True)
        assert contact.since is not None
        assert contact.since.said_by == people.boussole.name
    page = signed_in(people.amina).get(f"/cases/{case.code}/").content.decode()
    assert page.index("safety-title") < page.index(people.boussole.name) < page.index("06 11 22 33 44")
    record(case, people.amina.actor, "safe_contact_instructions", "2026-06-06", can_contact="yes", channel="phone")
    contact = seen(case, people.amina).who.contact
    assert (contact.may_contact, contact.since) == ("yes", None)


def test_between_two_bodies_she_is_a_child_until_a_person_settles_it(people: Cast) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "person_described", "2026-06-02", turns_18="2027-05-03", territory="26", gender="woman")
    record(case, people.amina.actor, "runaway", "2026-06-03")
    grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    record(case, people.bruno.actor, "person_described", "2026-06-05", turns_18="2014", territory="974", age_disputed="no")
    page = seen(case, people.amina)
    assert page.who.treated_as_child
    assert page.who.age_disputed
    assert (page.who.ages_differ, page.who.ages) == (True, (17, 30)), "both are shown"
    assert {answer.name for answer in page.who.answers} >= {"gender", "territory"}, "what nobody contradicted stays in the head"
    with acting_as(people.amina.actor) as actor:
        search = Task.objects.visible_to(actor).filter(case=case, rule_id="common.search_after_runaway")
        assert [one.closed_at for one in search] == [None] * len(search)
        assert search
    moved = kept(case, people.amina)
    assert (moved.territory, moved.zone) == ("26", "Europe/Paris")
    record(case, people.amina.actor, "person_described", "2026-06-07", turns_18="2014", gender="woman")
    assert not seen(case, people.amina).who.treated_as_child, "those who keep the file found that she is of age: nobody differs any more"


def test_a_form_counts_only_what_its_reader_sees(people: Cast, signed_in: Callable[[Member], Client]) -> None:
    case = concern(people.amina.actor)
    grant(case, people.amina.actor, people.boussole, ["profile", "support"])
    before = read_by_the_form.revision_seen(people.bruno.actor, case)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter"])
    record(case, people.amina.actor, "contact_renewed", basis="person_said")
    now_mine = kept(case, people.amina)
    with acting_as(people.bruno.actor) as actor:
        after = read_by_the_form.revision_seen(actor, Case.objects.visible_to(actor).get(pk=case.pk))
    assert now_mine.revision > after
    form = signed_in(people.bruno).get(f"/cases/{case.code}/facts/new/urgent_need_met/").content.decode()
    assert f'name="seen_revision" value="{now_mine.revision}"' not in form
    assert before <= after


def test_a_body_on_probation_opens_its_files_to_nobody_by_hand(people: Cast) -> None:
    """Whoever poses as an association would put a name before every house, and see which of them looks twice."""
    newcomer = on_probation()
    case = concern(newcomer.actor)
    with pytest.raises(Refused) as refused:
        grant(case, newcomer.actor, people.atalante, ["profile", "identity"], now=timezone.now())
    assert refused.value.code == "giver_on_probation"
    own = concern(people.bruno.actor)
    grant(own, people.bruno.actor, people.atalante, ["profile"], now=timezone.now())


def test_a_name_that_is_opened_by_hand_is_told_to_a_second_person(people: Cast) -> None:
    case = concern(people.amina.actor)

    def told() -> list[object]:
        with acting_as(people.odile.actor) as actor:
            return list(Notice.objects.visible_to(actor).filter(case=case, step="left_unasked").values_list("user_id", flat=True))

    rule = {"purpose": "protection", "law": "common.refer_minor"}
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "profile"], **rule)
    assert told() == [], "whoever follows her opens how to reach her"
    grant(case, people.amina.actor, people.boussole, ["profile", "identity"], **rule)
    assert len(told()) == 1
    assert people.amina.user.pk not in told()


def test_what_must_never_be_said_is_not_lost_with_newer_instructions(people: Cast) -> None:
    """By whoever keeps the file, and by another body: silence about it takes nothing away."""
    case = concern(people.amina.actor)
    record(
        case, people.amina.actor, "safe_contact_instructions", "2026-06-02", can_contact="yes", channel="message", leave_message="no",
        never_say="Ne pas dire association",
    )  # fmt: skip
    grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    record(case, people.bruno.actor, "safe_contact_instructions", "2026-06-03", can_contact="yes", channel="phone", leave_message="yes")
    contact = seen(case, people.amina).who.contact
    assert contact.since is not None
    assert {answer.name: answer.text for answer in contact.answers}["never_say"] == "Ne pas dire association"
    record(case, people.amina.actor, "safe_contact_instructions", "2026-06-04", can_contact="yes", channel="phone")
    newest = seen(case, people.amina).who.contact
    assert (newest.since, {answer.name: answer.text for answer in newest.answers}["never_say"]) == (None, "Ne pas dire association")


def test_whoever_was_given_three_groups_is_offered_what_lies_in_them(people: Cast, signed_in: Callable[[Member], Client]) -> None:
    case = concern(people.amina.actor)
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing", "profile"])
    offered = signed_in(people.bruno).get(f"/cases/{case.code}/facts/new/").content.decode()
    assert "/facts/new/urgent_need/" in offered
    assert not [kind for kind in ("consent_withdrawn", "presumption_ended", "permit_withdrawn") if f"/facts/new/{kind}/" in offered]
    with pytest.raises(Refused) as refused:
        record(case, people.bruno.actor, "consent_withdrawn", basis="person_said", purpose="not_known")
    assert people.atalante.name in str(refused.value)


def test_a_need_that_another_body_calls_met_is_told_to_who_follows_her(people: Cast) -> None:
    """A stolen account of a guest would take a woman without a bed off the list in silence."""
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter"])
    grant(case, people.amina.actor, people.boussole, ["contact_safety"])
    record(case, people.bruno.actor, "urgent_need_met", needs=["shelter"])
    with acting_as(people.amina.actor) as actor:
        [line] = [one for one in queries.notices(actor) if one.step == "said_elsewhere"]
    assert (line.by, line.code) == (people.boussole.name, case.code)


def test_how_to_reach_her_was_said_before_she_left_too(people: Cast) -> None:
    """After a stay that ended, as after one that began: what was noted before may ring in the place she left."""
    case, amina = concern(people.amina.actor), people.amina.actor
    record(case, amina, "stay_started", "2026-06-02")
    record(case, amina, "safe_contact_instructions", "2026-06-03", basis="person_said", can_contact="yes")
    assert not seen(case, people.amina).who.contact.before_arrival
    record(case, amina, "stay_ended", "2026-06-04")
    assert seen(case, people.amina).who.contact.before_arrival
