"""The pages of rules: the law in force first, demands apart, and a number shown with how it is counted."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client, override_settings

from repere.cases import queries
from repere.cases.queries.rule_page import numbers_of
from repere.core.dates import PartialDate
from repere.core.rulebook.expressions import rules_of
from repere.web import law
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
TODAY = date(2026, 6, 1)


def page(signed_in: SignIn, people: Cast, address: str, language: str = "fr") -> str:
    people.amina.membership.user.language = language
    people.amina.membership.user.save(update_fields=["language"])
    answer = signed_in(people.amina).get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())).split())


@pytest.mark.parametrize("installed", ["fr", "fr+fr-collectif"])
def test_the_law_comes_first_and_demands_stand_apart(signed_in: SignIn, people: Cast, installed: str) -> None:
    """Who reads a demand as law promises her something that no counter gives."""
    with override_settings(REPERE_MECHANISM=installed):
        told = page(signed_in, people, "/rules/")
    law_part, demands = told.split("Ce qui est demandé, et n'est pas la loi")
    assert "Délai de réflexion de trente jours" in law_part
    asked = [
        rule for rule in law.mechanism_named("fr+fr-collectif").rules.values() if rule.layer == "fr-collectif" and rule.kind != "condition"
    ]
    assert asked
    for rule in asked:
        assert rule.label.text("fr") in demands
        assert rule.label.text("fr") not in law_part


def test_a_demand_says_on_its_own_page_that_it_is_not_law(signed_in: SignIn, people: Cast) -> None:
    """Whoever comes by a link, without a word about the mechanism, is told too."""
    rule = next(rule for rule in law.mechanism_named("fr+fr-collectif").rules.values() if rule.level == "demanded")
    assert "Demandé, pas la loi" in page(signed_in, people, f"/rules/{rule.id}/")
    assert "Demandé, pas la loi : cela n'ouvre rien aujourd'hui." not in page(signed_in, people, "/rules/fr.reflection_period/")


def test_the_reflection_period_shows_its_thirty_days_how_they_are_counted_and_what_may_change_them(signed_in: SignIn, people: Cast) -> None:
    """R.425-2: thirty calendar days from the day after the receipt, no day more for a holiday, ended by the préfet's decision alone."""
    told = page(signed_in, people, "/rules/fr.reflection_period/")
    assert "Durée du délai de réflexion : 30 jours" in told
    assert "R.425-2" in told
    assert "le jour 1 est le lendemain" in told.lower()
    assert "ne se déplace pas" in told
    assert "Ce qui y met fin" not in told, "nobody has computed what ends it: kinds of facts are listed"
    changes = told.split("Ce qui peut changer la réponse")[1][:400]
    assert "Délai de réflexion interrompu" in changes
    assert "Durée du délai de réflexion" in changes
    assert "Contact repris" not in changes, "a renewed contact changes nothing by itself"


def test_examples_stand_under_the_answer_they_give(signed_in: SignIn, people: Cast) -> None:
    """A yes, a no, and one that cannot be told: the edges of a rule are learned from its cases."""
    told = page(signed_in, people, "/rules/fr.reflection_period/").split("Exemples")[1]
    places = [told.index(words) for words in ("La règle vaut", "La règle ne vaut pas", "On ne peut pas le dire")]
    assert places == sorted(places)


def test_every_example_of_a_rule_can_be_read(signed_in: SignIn, people: Cast) -> None:
    """Two examples open each answer; the others are folded under them, none is left out."""
    shown = queries.rule_page(law.mechanism_named("fr"), "fr.residence_permit_complaint", on=date(2026, 6, 1)).examples
    written = [e.id for e in law.mechanism_named("fr").examples if "fr.residence_permit_complaint" in e.expect]
    assert sorted(example.id for example in shown) == sorted(written)
    refused = [example.id for example in shown if example.outcome == "does_not_hold"]
    assert len(refused) > 3
    told = page(signed_in, people, "/rules/fr.residence_permit_complaint/?mechanism=fr", "en")
    assert all(name in told for name in written)
    assert f"{len(refused) - 2} more examples" in told
    assert told.index(f"{len(refused) - 2} more examples") > told.index(refused[1])


@pytest.mark.parametrize(
    ("former", "rule"),
    [
        ("R.316-1", "fr.inform_victim"), ("R316-2", "fr.reflection_period"), ("r.311-4", "fr.hand_over_recepisse"),
        ("R.316-4", "fr.power_to_withdraw_permit"), ("R.316-10", "fr.minor_tell_prosecutor"),
        ("L.316-1-1", "fr.provisional_permit_exit_path"), ("L.744-6", "fr.ofii_vulnerability_interview"),
        ("L.741-3", "fr.ad_hoc_administrator_asylum"),
    ],
)  # fmt: skip
def test_a_rule_is_found_by_the_number_it_had_before_may_2021(former: str, rule: str) -> None:
    """Older papers, judgments and refusals cite the numbers of their time."""
    assert rule in [found.id for found in law.search_rules(law.mechanism_named("fr"), former)]


def test_a_duty_that_lapses_says_so(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/fr.choice_before_end_of_reflection/")
    assert "Le délai de réflexion est terminé ; les autres voies restent ouvertes" in told.split("Quand ce n'est plus faisable")[1][:200]


def test_a_reminder_of_ours_says_what_does_it_and_has_no_history_of_a_text(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/common.renew_safe_contact/")
    assert "fait par : Consignes de contact sûr, seulement si c'est noté après ce qui l'ouvre" in told
    assert "Histoire du texte" not in told, "no text was read for it"
    assert "Histoire du texte" in page(signed_in, people, "/rules/fr.reflection_period/")
    assert "N'attend pas" in page(signed_in, people, "/rules/common.meet_need_shelter/")


def test_a_note_of_ours_and_how_sure_it_is_are_read_beside_the_rule(signed_in: SignIn, people: Cast) -> None:
    """Where a rule is our reading of a text, the page says so in our own words, on its own page and where another rule names it."""
    mechanism = law.mechanism_named("fr")
    noted = next(rule for rule in mechanism.rules.values() if rule.note and rule.kind == "condition")
    assert noted.note is not None
    for language, heading in (("fr", "Notre note"), ("en", "Our note")):
        own = page(signed_in, people, f"/rules/{noted.id}/", language)
        assert heading in own
        assert noted.note.text(language) in own
    naming = next(r for r in mechanism.rules.values() if noted.id in rules_of(r.versions[-1].when))
    assert noted.note.text("fr") in page(signed_in, people, f"/rules/{naming.id}/")


def test_a_note_on_a_number_stands_beside_it(signed_in: SignIn, people: Cast) -> None:
    """Where no text gives a number, whoever reads the rule learns beside the number who sets it."""
    mechanism = law.mechanism_named("fr")
    noted = {parameter.id: parameter for parameter in mechanism.parameters.values() if parameter.note}
    naming, number = next((rule, one) for rule in mechanism.rules.values() for one in numbers_of(mechanism, rule, TODAY) if one in noted)
    for language, heading in (("fr", "Notre note"), ("en", "Our note")):
        told = page(signed_in, people, f"/rules/{naming.id}/", language)
        beside = told[told.index(noted[number].label.text(language)) :][:600]
        assert heading in beside
        assert noted[number].note.text(language) in beside


def test_one_year_is_not_one_years(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/fr.civi_limit_from_judgment/", "fr")
    assert "1 an " in told
    assert "1 ans" not in told
    assert "1 year " in page(signed_in, people, "/rules/fr.civi_limit_from_judgment/", "en")


def test_a_rule_of_the_common_ground_shows_its_examples_from_the_law_of_a_country(signed_in: SignIn, people: Cast) -> None:
    """The examples of the common ground hold wherever a country leaves its rules as they are; each is told whole."""
    told = page(signed_in, people, "/rules/common.presumed/?mechanism=fr")
    assert "Aucun exemple n'a encore été écrit" not in told
    shown = queries.rule_page(law.mechanism_named("fr"), "common.presumed", on=date(2026, 6, 1))
    assert "common" in {example.mechanism for example in shown.examples}
    example = next(example for example in shown.examples if example.facts)
    assert example.facts[0].label in told
    assert example.facts[0].on in told
    assert f"Ce qui en découle le {PartialDate.on(example.on).text('fr')}" in told
    assert example.place in told


def test_an_example_drawn_from_a_document_names_it_with_its_lines(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/collectif.permit_on_facts/")
    shown = queries.rule_page(law.mechanism_named("fr+fr-collectif"), "collectif.permit_on_facts", on=date(2026, 6, 1))
    drawn = next(example for example in shown.examples if example.source)
    assert drawn.source is not None
    assert f"{drawn.source.title} , lignes {drawn.lines}" in told
    assert drawn.failure in told


def test_a_demand_is_never_worded_as_if_it_were_in_force(signed_in: SignIn, people: Cast) -> None:
    """Who asks for it and on which day; no certainty of a text in force; lines with the title of the document they stand in."""
    told = page(signed_in, people, "/rules/collectif.permit_on_facts/")
    assert "demandé par : Collectif « Ensemble contre la traite des êtres humains », le 15 décembre 2022" in told
    assert "En vigueur Non." in told
    for words in ("Certitude", "lu en vigueur", "Depuis", "003:"):
        assert words not in told.split("Exemples")[0]
    title = law.mechanism_named("fr+fr-collectif").sources["collectif.2022-12-15"].title.text("fr")
    assert f"{title}, lignes 288-315" in told


def test_a_rule_says_where_all_parts_are_needed_and_where_one_is_enough(signed_in: SignIn, people: Cast) -> None:
    """A list of conditions alone leaves open whether one of them is enough."""
    told = page(signed_in, people, "/rules/fr.reflection_period/").split("Ce qu'elle demande")[1].split("Historique")[0]
    assert told.index("toutes ces conditions") < told.index("l'une de ces conditions") < told.index("le contraire de")
    assert "all of these" in page(signed_in, people, "/rules/fr.reflection_period/", "en")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("L.316-1", True), ("L316-1", True), ("l 316-1", True), ("316-1", True), ("CESEDA 316-1", True),
        ("L.316-1-1", False), ("L.316-11", False), ("R.316-1", False), ("316", False),
    ],
)  # fmt: skip
def test_numbers_are_compared_whole(asked: str, found: bool) -> None:
    """Another article is another text: the jurist must not be given the neighbour's rule."""
    here = {rule.id for rule in law.search_rules(law.mechanism_named("fr"), asked)}
    assert ("fr.residence_permit_complaint" in here) == found


@pytest.mark.parametrize("asked", ["30 jours", "trente jours", "thirty days", "30 days", "délai 30 jours"])
def test_a_length_is_found_in_digits_and_in_words(asked: str) -> None:
    here = {rule.id for rule in law.search_rules(law.mechanism_named("fr"), asked)}
    assert "fr.reflection_period" in here
    assert "fr.civi_compensation" not in here, "it counts in years"


def test_a_penal_article_is_found_in_the_conditions_that_rest_on_it(signed_in: SignIn, people: Cast) -> None:
    """The definition of the offence opens nothing by itself; it must still be found by its number."""
    told = page(signed_in, people, "/rules/?q=225-4-1")
    assert "Conditions que des règles nomment" in told
    assert law.mechanism_named("fr").rules["fr.act"].label.text("fr") in told


def test_the_rule_whose_own_number_was_asked_for_comes_first() -> None:
    """Rules that only cite the article among others come after it."""
    law_part, _ = law.parts(law.mechanism_named("fr"), "R.425-2")
    national = next(shelf.rules for shelf in law_part.shelves if shelf.level == "national_law")
    own = ["fr.ceseda.r425-2" in rule.versions[-1].standing.source[:1] for rule in national if rule.kind == "entitlement"]
    assert any(own)
    assert own == sorted(own, reverse=True)


def test_a_source_shows_its_date_its_address_and_what_rests_on_it(signed_in: SignIn, people: Cast) -> None:
    """A condition of the law is no reminder that we chose; an address that can be followed is a link."""
    answer = signed_in(people.amina).get("/sources/fr.ceseda.l425-1/?mechanism=fr")
    source = law.mechanism_named("fr").sources["fr.ceseda.l425-1"]
    assert source.url
    assert f'href="{source.url}"' in answer.content.decode()
    told = page(signed_in, people, "/sources/fr.ceseda.l425-1/?mechanism=fr")
    assert "Date du texte, ou de la version lue 3 avril 2026" in told
    assert "L'adresse est celle du code entier" in told
    assert "Elle a rompu tout lien avec l'auteur Condition" in told
    assert "Carte de séjour d'un an pour plainte ou témoignage Droit · Loi nationale" in told
    condition = told[told.index("Elle a rompu tout lien avec l'auteur") :][:80]
    assert "Rappel que nous avons choisi" not in condition


def test_an_exception_names_its_own_text(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/fr.residence_permit_complaint/?mechanism=fr").split("Sauf")[1][:260]
    assert "menace pour l'ordre public" in told
    assert "L.412-5" in told
    assert "A, lu dans le texte même" in told
    assert "lu en vigueur le 3 avril 2026" in told


def test_the_article_of_today_stands_beside_the_former_one(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/?mechanism=fr&q=L.425-1")
    card = told[told.index("Carte de séjour d'un an pour plainte ou témoignage") :][:160]
    assert card.index("CESEDA, article L.425-1") < card.index("autrefois CESEDA L.316-1")
    renewal = told.index("Renouvellement de la carte pendant toute la procédure")
    assert told.index("Carte de séjour d'un an pour plainte ou témoignage") < renewal, "the card before its renewal"


def test_a_power_over_her_is_not_called_her_right(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/?mechanism=fr")
    assert "Pouvoir du préfet de retirer la carte Pouvoir d'une autorité" in told
    assert "Pouvoir du préfet de mettre fin au délai de réflexion Pouvoir d'une autorité" in told
    mechanism = law.mechanism_named("fr")
    assert [rule.id for rule in mechanism.rules.values() if law.is_power(rule)] == [
        "fr.power_to_withdraw_permit",
        "fr.power_to_end_reflection",
    ]


def test_what_is_unsettled_and_who_decides_is_listed(signed_in: SignIn, people: Cast) -> None:
    """Twenty-odd questions are left to a person: the page of the mechanism names each with who answers."""
    mechanism = law.mechanism_named("fr")
    told = page(signed_in, people, "/mechanism/?mechanism=fr")
    asked = law.decisions(mechanism)
    assert len(asked) > 8
    assert all(one.question.text("fr") in told for one in asked)
    union = told[told.index("Le préfet délivre-t-il ce titre à une citoyenne de l'Union ?") :][:120]
    assert "Préfecture" in union
    unsettled = told.split("Non fixé")[1].split("Laissé à la décision")[0]
    assert "Le texte ne dit pas pour quelle infraction" in unsettled
    assert "ne nomme aucun âge" in unsettled


def test_how_sure_the_text_is_and_how_sure_its_application_are_told_apart(signed_in: SignIn, people: Cast) -> None:
    """A rule read in its text may rest on a condition that is our own inference: both are said."""
    told = page(signed_in, people, "/rules/fr.work_in_reflection/?mechanism=fr")
    sure = told[told.index("A, lu dans le texte même") :][:300]
    assert "Appliqué à une personne" in sure
    assert "I, notre propre déduction" in sure
    alone = next(r for r in law.mechanism_named("fr").rules.values() if r.kind == "condition" and r.id == "fr.act")
    assert "Appliqué à une personne" not in page(signed_in, people, f"/rules/{alone.id}/?mechanism=fr")
