"""Published figures that the invented people are shaped after, each with its source; and what had to be assumed.

The joint table form × sex × age is the one of the United Kingdom (the only one published in full), raked until its margins
are those of the French association survey. Nothing here is an estimate of anything: it only keeps a demonstration plausible.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCES = {
    "uk2023": "Home Office data tables re-published in the `asylum` R package (British Red Cross, commit cf7a678e): "
    "2023 referrals by form, age and sex",
    "survey2022": "MIPROF and SSMSI, survey of associations, facts of 2022: 2,675 persons exploited at least partly in France",
    "survey2023": "MIPROF, survey of associations, facts of 2023: 4,160 persons supported",
    "survey2024": "MIPROF, survey of associations, facts of 2024: 4,823 persons supported",
    "survey2019": "Survey of associations, facts of 2019: complaints filed; residence permits (one association's public)",
    "police2023": "SSMSI, victims registered in 2023: share of women among victims of forced begging",
    "psp2024": "Exit path from prostitution: persons in course on 31 December 2024, by département",
    "assumed": "no published figure was found; our assumption",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published share: what, of whom, how much, from where."""

    name: str
    value: float
    source: str
    tolerance: float = 0.03


FORMS = ("sexual", "labour", "domestic", "criminal", "begging", "other")
SEXES = ("woman", "man", "trans")
AGES = ("minor", "adult")

FORM_MARGIN = {"sexual": 0.755, "labour": 0.100, "domestic": 0.050, "criminal": 0.070, "begging": 0.020, "other": 0.005}
"""survey2022: sexual 76 %, labour 15 % (domestic included; split two to one: assumed), offences 7 %, begging 2 %, other < 1 %."""

SEX_MARGIN = {"woman": 0.82, "man": 0.17, "trans": 0.01}
"""survey2022: 82 % women; trans persons 1 % as in 2015."""

AGE_MARGIN = {"minor": 0.16, "adult": 0.84}
"""survey2022: 16 % minors."""

WOMEN_AMONG_MINORS = 0.66
"""survey2022: 66 % girls."""

UK_2023 = {
    # form: (adult, child, female, male) — "criminal only", "labour only", "sexual only", "domestic only" + "labour & domestic"
    "sexual": (917, 673, 1470, 204),
    "labour": (2907, 1455, 396, 4260),
    "domestic": (585, 268, 515, 393),
    "criminal": (1424, 3129, 329, 4393),
    # No row in the United Kingdom: police2023 says 54 % women; three in ten minors is assumed.
    "begging": (70, 30, 54, 46),
    "other": (650, 468, 814, 382),
}
WOMEN_IN_SEXUAL = 0.94
"""survey2023."""

FORM_NOT_GIVEN = 0.108
"""uk2023: 1,838 of 17,023 referrals without a form."""
SECOND_FORM = 0.10
"""uk2023: labour & criminal, labour & domestic and other combinations are 22 %; halved, as French tables show few (assumed)."""

FRENCH, EU = 0.11, 0.06
"""survey2022: French 11 %, Europe 17 % (French included)."""
STATELESS = 0.003
FRENCH_AMONG_GIRLS = 0.45
FRENCH_AMONG_BOYS = 0.10
"""survey2022 says "mostly French" and "mostly foreign"; the shares are assumed."""

UNACCOMPANIED = 0.36
"""survey2022, among minors: 36 % perhaps unaccompanied."""
MINOR_AT_START_AMONG_ADULTS = 0.52
"""survey2024."""
PERMIT_AT_START = 0.15
"""survey2019."""
COMPLAINT = 0.28
"""survey2019: 28 % had filed a complaint."""
FOREIGN_PART = 0.21
"""survey2023: 79 % exploited at least partly in France, 40 % only in France."""
ONLY_IN_FRANCE = 0.40

FIGURES = (
    Figure("form: sexual exploitation", 0.755, "survey2022"),
    Figure("form: labour, domestic included", 0.15, "survey2022"),
    Figure("form: offences", 0.07, "survey2022", 0.02),
    Figure("form: begging", 0.02, "survey2022", 0.01),
    Figure("women", 0.82, "survey2022"),
    Figure("minors", 0.16, "survey2022"),
    Figure("girls among minors", 0.66, "survey2022", 0.06),
    Figure("women in sexual exploitation", 0.94, "survey2023", 0.05),
    Figure("French", 0.11, "survey2022"),
    Figure("European Union", 0.06, "survey2022", 0.02),
    Figure("unaccompanied among minors", 0.36, "survey2022", 0.06),
    Figure("adults who were minors at the time", 0.52, "survey2024", 0.05),
    Figure("form not given", 0.108, "uk2023", 0.03),
    Figure("complaint filed, among cases opened more than 200 days ago", 0.28, "survey2019", 0.06),
)

# Share of the exit path per département (psp2024) for the five it names; weights of the others are assumed:
# larger where large towns are, and never none, overseas included.
NAMED_TERRITORIES = {"75": 148, "69": 89, "13": 49, "38": 39, "31": 39}
LARGE_TERRITORIES = {
    "59": 34, "33": 30, "44": 24, "06": 28, "34": 24, "67": 22, "76": 16, "93": 36, "92": 24, "94": 22, "95": 14, "77": 12,
    "78": 12, "91": 14, "62": 14, "35": 14, "83": 12, "57": 11, "973": 22, "974": 10, "976": 12, "971": 8, "972": 7,
}  # fmt: skip
OTHER_TERRITORY = 3
SMALL_TERRITORY = 0.2
"""Overseas collectivities other than the départements."""
