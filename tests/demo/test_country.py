"""The invented country: the same again, shaped like the published figures, valid in every fact, and nobody's likeness."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.conf import settings

from repere.core.dates import number
from repere.core.rulebook import check_fact, load
from repere.demo import names, people
from repere.demo import published as pub
from repere.demo.caseload import content_hash, fields_of
from repere.demo.cast import BODIES, OPENS, opener_of
from repere.demo.journeys import OPENERS, invent

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def mechanism():
    return load(Path(settings.REPERE_MECHANISM_FOLDER), "fr")


@pytest.fixture(scope="module")
def country(mechanism):
    return invent(mechanism, 12_000, seed=5, today=TODAY)


def test_the_same_seed_invents_the_same_country(mechanism):
    first, again, other = (invent(mechanism, 300, seed=seed, today=TODAY) for seed in (3, 3, 4))
    assert content_hash(first.cases, first.facts) == content_hash(again.cases, again.facts)
    assert content_hash(first.cases, first.facts) != content_hash(other.cases, other.facts)


def test_margins_follow_the_published_figures(country):
    who = country.people
    form = {name: who.form == place for place, name in enumerate(pub.FORMS)}
    woman = who.sex == 0
    complaints = np.zeros(len(who), bool)
    complaints[country.facts["complaint_filed"]["case"].to_numpy()] = True
    old = who.starts < number(TODAY) - 200
    measured = {
        "form: sexual exploitation": form["sexual"].mean(),
        "form: labour, domestic included": (form["labour"] | form["domestic"]).mean(),
        "form: offences": form["criminal"].mean(),
        "form: begging": form["begging"].mean(),
        "women": woman.mean(),
        "minors": who.minor.mean(),
        "girls among minors": woman[who.minor].mean(),
        "women in sexual exploitation": woman[form["sexual"]].mean(),
        "French": (who.nationality == 0).mean(),
        "European Union": (who.nationality == 1).mean(),
        "unaccompanied among minors": who.unaccompanied[who.minor].mean(),
        "adults who were minors at the time": who.was_minor[~who.minor].mean(),
        "form not given": (~who.form_known).mean(),
        "complaint filed, among cases opened more than 200 days ago": complaints[old].mean(),
    }
    assert set(measured) == {figure.name for figure in pub.FIGURES}
    for figure in pub.FIGURES:
        assert measured[figure.name] == pytest.approx(figure.value, abs=figure.tolerance), figure.name


def test_every_published_figure_names_its_source():
    assert {figure.source for figure in pub.FIGURES} <= set(pub.SOURCES)


def test_the_joint_table_keeps_the_odds_of_the_united_kingdom():
    """Raking changes margins, not odds: minors among offences and labour stand to each other as in the source."""
    cells = people.joint()
    labour, criminal = pub.FORMS.index("labour"), pub.FORMS.index("criminal")
    ours = (cells[criminal, 1, 0] / cells[criminal, 1, 1]) / (cells[labour, 1, 0] / cells[labour, 1, 1])
    source = (pub.UK_2023["criminal"][1] / pub.UK_2023["criminal"][0]) / (pub.UK_2023["labour"][1] / pub.UK_2023["labour"][0])
    assert ours == pytest.approx(source, rel=1e-6)


def test_every_fact_is_one_the_mechanism_allows(mechanism):
    country = invent(mechanism, 1_500, seed=8, today=TODAY)
    for kind, frame in country.facts.items():
        for row in frame.iter_rows(named=True):
            check_fact(
                mechanism, kind, fields_of(mechanism.facts[kind], row), earliest=row["earliest"], latest=row["latest"],
                role=row["role"], basis=row["basis"], today=TODAY,
            )  # fmt: skip


def test_nothing_happens_after_today_and_some_things_are_written_down_late(country):
    every = pl.concat([frame.select("latest", "recorded") for frame in country.facts.values()])
    assert every["latest"].max() <= TODAY
    assert every["recorded"].dt.date().max() <= TODAY
    late = (every["recorded"].dt.date() - every["latest"]).dt.total_days()
    assert 0.02 < (late > 30).mean() < 0.12


def test_data_are_as_dirty_as_in_life(country):
    facts = country.facts
    every = pl.concat([frame.select("earliest", "latest", "corrects") for frame in facts.values()])
    assert (every["earliest"] < every["latest"]).mean() > 0.02
    assert every["corrects"].drop_nulls().len() > 20
    assert facts["complaint_filed"].group_by("case").len()["len"].max() > 1
    assert facts["exploitation_described"]["forms"].null_count() > 0
    assert {"word_trafficking_missing", "awaiting_outcome"} <= set(facts["permit_refused"]["reason"])
    assert len(facts["re_entry"]) > 0
    decided = facts["recognition_decided"].group_by("case").agg(pl.col("outcome").n_unique())
    assert (decided["outcome"] > 1).any()
    contact = facts["contact_renewed"]
    assert ((contact["own_initiative"] == "no") & (contact["under_threat"] == "yes")).any()


def test_some_minors_come_of_age_on_the_way(country):
    who = country.people
    turns = who.born + round(18 * 365.25)
    assert ((turns > who.starts) & (turns <= number(TODAY))).sum() > 20


def test_names_are_plants_stars_winds_and_stones():
    drawn = names.names(np.random.default_rng(1), 200)
    assert all(first in names.FIRST and last in names.LAST for first, last, _ in drawn)
    assert any(called for _, _, called in drawn)


def test_every_region_and_opener_has_an_organisation(mechanism):
    regions = {str(entry.extra.get("region")) for entry in mechanism.codelists["departement"].values()}
    for region in regions:
        for role in OPENERS:
            assert opener_of(role, region).kind == OPENS[role]
    assert all(role in mechanism.roles for body in BODIES for role in body.roles if role != "administrator")


def test_overseas_is_there(country, mechanism):
    zones = {code: entry.extra["zone"] for code, entry in mechanism.codelists["departement"].items()}
    overseas = country.cases["territory"].replace_strict(zones).is_in(["drom", "com"]).mean()
    assert 0.03 < overseas < 0.2
