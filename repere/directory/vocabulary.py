"""The words of the directory: what a service does, which bodies there are, which languages are spoken.

Functions follow the mechanism's actors (docs/requirements.md, rows R13, R42, R43, R65, R69, R70, R73, R75, R76). A function is
`referent` when a named person holds it by mandate, and `protected` when where it happens must not be read from a map.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pycountry
from babel import Locale
from django.db import models
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from repere.directory.wording import plain


class Function(models.TextChoices):
    REFERENT_PREFECTURE = "referent_prefecture", _("Trafficking referent, prefecture")
    REFERENT_POLICE = "referent_police", _("Trafficking referent, police")
    REFERENT_GENDARMERIE = "referent_gendarmerie", _("Trafficking referent, gendarmerie")
    REFERENT_PROSECUTION = "referent_prosecution", _("Trafficking referent, public prosecution")
    REFERENT_LABOUR = "referent_labour", _("Trafficking referent, labour inspection")
    REFERENT_OFII = "referent_ofii", _("Trafficking referent, OFII (immigration and integration office)")
    REFERENT_ASYLUM = "referent_asylum", _("Trafficking referent, asylum")
    REFERENT_CRIP = "referent_crip", _("Trafficking referent for minors, CRIP (worrying information about children)")
    REFERENT_ASE = "referent_ase", _("Trafficking referent for minors, child welfare")
    REFERENT_PJJ = "referent_pjj", _("Trafficking referent, youth justice")
    REFERENT_CLAV = "referent_clav", _("Post for trafficking, local committee for aid to victims")
    REFERENT_CONSULATE = "referent_consulate", _("Liaison with an embassy or consulate")
    SOCIAL_WORKER_POLICE = "social_worker_police", _("Social worker in a police station")
    INTERPRETER = "interpreter", _("Interpreter")
    SUPPORT = "support", _("Support for the person")
    LEGAL = "legal", _("Legal help")
    HEALTH_CHECK = "health_check", _("Health check")
    PSYCHOLOGICAL = "psychological", _("Psychological support")
    OFII_PLACE = "ofii_place", _("Place for asylum seekers, channel of OFII")
    ACSE = "acse", _("Ac.Sé, sheltering far away")
    SIAO = "siao", _("SIAO and 115, emergency housing")
    OUTREACH = "outreach", _("Outreach")
    SHELTER = "shelter", _("Sheltering")
    TRAINING = "training", _("Training of professionals")
    OTHER = "other", _("Other service")


REFERENTS = tuple(code for code in Function.values if code.startswith("referent_") or code == Function.SOCIAL_WORKER_POLICE)
"""Held by a named person under a mandate: when she leaves, a vacancy shows."""
STATE_REFERENTS = (
    Function.REFERENT_PREFECTURE, Function.REFERENT_POLICE, Function.REFERENT_GENDARMERIE, Function.REFERENT_PROSECUTION,
    Function.REFERENT_LABOUR, Function.REFERENT_OFII, Function.REFERENT_PJJ,
)  # fmt: skip
"""Their vacancies may be told to anybody, by département."""
PROTECTED = (Function.SHELTER, Function.OUTREACH, Function.ACSE, Function.OFII_PLACE)
"""Told by région only, and only where there are enough of them."""
FEWEST_TOLD = 3


class Kind(models.TextChoices):
    SPECIALISED_ASSOCIATION = "specialised_association", _("Association specialised in trafficking")
    GENERAL_ASSOCIATION = "general_association", _("Other association")
    SHELTER = "shelter", _("Shelter")
    POLICE = "police", _("Police")
    GENDARMERIE = "gendarmerie", _("Gendarmerie")
    BORDER_POLICE = "border_police", _("Border police")
    PROSECUTION = "prosecution", _("Public prosecution")
    COURT = "court", _("Court")
    PREFECTURE = "prefecture", _("Prefecture")
    LABOUR_INSPECTION = "labour_inspection", _("Labour inspection")
    OFII = "ofii", _("OFII (immigration and integration office)")
    ASYLUM = "asylum", _("Asylum authority")
    CHILD_PROTECTION = "child_protection", _("Child protection")
    YOUTH_JUSTICE = "youth_justice", _("Youth justice")
    HEALTH = "health", _("Health care")
    SCHOOL = "school", _("School")
    LAW_PRACTICE = "law_practice", _("Law practice")
    INTERPRETING = "interpreting", _("Interpreting service")
    HOUSING_COORDINATION = "housing_coordination", _("Housing coordination (SIAO)")
    LOCAL_COMMITTEE = "local_committee", _("Local committee for aid to victims")
    LOCAL_AUTHORITY = "local_authority", _("Local authority")
    MINISTRY = "ministry", _("Ministry")
    COORDINATION = "coordination", _("National coordination")
    CONSULATE = "consulate", _("Embassy or consulate")
    TRADE_UNION = "trade_union", _("Trade union")
    TRAINING = "training", _("Training body")
    OTHER = "other", _("Other body")


# Kinds of bodies of the directory by the kind of organisation whose rules hold for them (walls between purposes, countries of origin).
_AS = {
    Kind.SPECIALISED_ASSOCIATION: "association", Kind.GENERAL_ASSOCIATION: "association", Kind.SHELTER: "shelter", Kind.POLICE: "police",
    Kind.GENDARMERIE: "police", Kind.BORDER_POLICE: "police", Kind.PROSECUTION: "prosecution", Kind.COURT: "prosecution",
    Kind.PREFECTURE: "prefecture", Kind.LABOUR_INSPECTION: "labour_inspection", Kind.OFII: "asylum", Kind.ASYLUM: "asylum",
    Kind.CHILD_PROTECTION: "child_protection", Kind.YOUTH_JUSTICE: "child_protection", Kind.HEALTH: "health",
    Kind.LAW_PRACTICE: "association", Kind.INTERPRETING: "association", Kind.HOUSING_COORDINATION: "association",
    Kind.LOCAL_COMMITTEE: "association", Kind.TRADE_UNION: "association", Kind.COORDINATION: "coordination", Kind.CONSULATE: "consulate",
    Kind.MINISTRY: "other", Kind.LOCAL_AUTHORITY: "other", Kind.SCHOOL: "other", Kind.TRAINING: "other", Kind.OTHER: "association",
}  # fmt: skip
# A post says more than the name of the body that keeps it.
_BY_POST = {
    Function.REFERENT_PREFECTURE: "prefecture", Function.REFERENT_POLICE: "police", Function.REFERENT_GENDARMERIE: "police",
    Function.REFERENT_PROSECUTION: "prosecution", Function.REFERENT_LABOUR: "labour_inspection", Function.REFERENT_OFII: "asylum",
    Function.REFERENT_ASYLUM: "asylum", Function.REFERENT_CRIP: "child_protection", Function.REFERENT_ASE: "child_protection",
    Function.REFERENT_PJJ: "child_protection", Function.REFERENT_CONSULATE: "consulate",
}  # fmt: skip


def organisation_kind(kind: str, function: str) -> str:
    """The kind of organisation whose rules hold for an entry: a consulate stays one under whatever post or body it is listed."""
    if kind == Kind.CONSULATE:
        return _AS[Kind.CONSULATE]
    return _BY_POST.get(Function(function)) or _AS[Kind(kind)]


class Support(models.TextChoices):
    UNKNOWN = "", _("Not known")
    GLOBAL = "global", _("Global support")
    OCCASIONAL = "occasional", _("Occasional help")


AUDIENCES = {
    "women": _("Women"), "men": _("Men"), "trans": _("Trans persons"), "minors": _("Minors"), "families": _("Families"),
    "labour": _("Victims of labour exploitation"),
}  # fmt: skip

# Under other names than those of the standard list.
ALSO = {"bin": "edo bini", "pes": "farsi", "fas": "farsi persan", "ron": "moldave", "rom": "rromani romani", "wol": "ouolof"}
SPOKEN = (
    "fra", "eng", "spa", "por", "ita", "deu", "ron", "bul", "rom", "rus", "ukr", "sqi", "srp", "tur", "kur", "ara", "kab", "rif",
    "zgh", "fas", "pus", "prs", "urd", "hin", "ben", "pan", "tam", "sin", "vie", "zho", "tha", "tgl", "khm", "mon", "kor", "amh", "tir",
    "som", "swa", "lin", "kon", "yor", "ibo", "hau", "bin", "pcm", "ewe", "twi", "ful", "wol", "bam", "dyu", "mnk", "snk", "sus", "hat",
    "srn", "mlg", "mfe", "gcf", "gcr", "ces", "pol", "hun", "kat", "hye",
)  # fmt: skip
"""Languages offered in lists; any other code of ISO 639-3 is taken too."""


@dataclass(frozen=True)
class Spoken:
    code: str
    label: str


def is_language(code: str) -> bool:
    return code in ALSO or pycountry.languages.get(alpha_3=code) is not None


OTHER_NAMES = {
    ("bin", "fr"): "edo (bini)", ("bin", "en"): "Edo (Bini)",
    ("prs", "fr"): "dari", ("prs", "en"): "Dari", ("mnk", "fr"): "mandinka", ("mnk", "en"): "Mandinka",
    ("rif", "fr"): "rifain", ("rif", "en"): "Riffian", ("zgh", "fr"): "amazighe", ("zgh", "en"): "Amazigh",
    ("gcf", "fr"): "créole guadeloupéen ou martiniquais", ("gcr", "fr"): "créole guyanais",
}  # fmt: skip
"""Where the list of names has none of its own, or one that nobody says."""


@cache
def _language_name(code: str, locale: str) -> str:
    found = pycountry.languages.get(alpha_3=code)
    short = getattr(found, "alpha_2", "") or code
    named = Locale(locale).languages.get(short) or Locale(locale).languages.get(code)
    named = OTHER_NAMES.get((code, locale), named)
    return str(named or (found.name if found else code))


def language_name(code: str) -> str:
    return _language_name(code, (get_language() or "fr")[:2])


def spoken() -> list[Spoken]:
    """Languages for a list to choose from, by name."""
    listed = [Spoken(code, language_name(code)) for code in SPOKEN if is_language(code)]
    return sorted(listed, key=lambda one: one.label)


@cache
def _codes_by_name() -> dict[str, str]:
    named: dict[str, str] = {}
    for code in SPOKEN:
        for name in (_language_name(code, "fr"), _language_name(code, "en"), code, *ALSO.get(code, "").split()):
            named.setdefault(plain(name), code)
    return named


def languages_named(text: str) -> tuple[list[str], list[str]]:
    """Codes of the languages that somebody wrote, between commas or “and”, in French or in English; and the words that name none."""
    found: list[str] = []
    left: list[str] = []
    for part in filter(None, map(str.strip, re.split(r"[,;/]|\bet\b|\band\b", text, flags=re.IGNORECASE))):
        said = plain(part)
        code = _codes_by_name().get(said, said if len(said) == 3 and is_language(said) else "")
        (found if code else left).append(code or part)
    return list(dict.fromkeys(found)), left


@cache
def words_of_function(code: str) -> str:
    """How somebody may ask for it, in both languages."""
    said = [str(Function(code).label)]
    for language in ("fr", "en"):
        with override(language):
            said.append(str(Function(code).label))
    return " ".join([*said, *SYNONYMS.get(code, ())])


def words_of_language(code: str) -> str:
    return " ".join([_language_name(code, "fr"), _language_name(code, "en"), ALSO.get(code, "")])


SYNONYMS = {
    Function.INTERPRETER.value: ("interprete interpretariat traducteur trained interpreter forme",),
    Function.SIAO.value: ("115 hebergement urgence logement",),
    Function.ACSE.value: ("acse ac se eloignement mise a l abri",),
    Function.REFERENT_CRIP.value: ("mineurs mineur enfants 119",),
    Function.PSYCHOLOGICAL.value: ("psychologue psy psychiatre psychotrauma evaluation",),
    Function.HEALTH_CHECK.value: ("bilan de sante medecin sante",),
    Function.SOCIAL_WORKER_POLICE.value: ("isc intervenant social commissariat gendarmerie",),
    Function.LEGAL.value: ("avocat juriste droit aide juridique",),
    Function.REFERENT_LABOUR.value: ("dreets direccte inspection du travail",),
}

# Words that workers use for what the list names otherwise, without accents, in the singular. Ours; to be tried with workers.
ASKED_AS: dict[str, tuple[Function, ...]] = {
    "avocat avocate juriste juridique droit lawyer solicitor legal": (Function.LEGAL,),
    "hopital clinique medecin docteur infirmier infirmiere sante soin medical urgences hospital doctor nurse health": (
        Function.HEALTH_CHECK,
    ),
    "psychologue psy psychiatre psychotherapeute psychotrauma psychologist psychiatrist therapist": (Function.PSYCHOLOGICAL,),
    "115 hebergement logement dormir nuit lit abri housing bed": (Function.SIAO,),
    "interprete traducteur traductrice traduction translator translation": (Function.INTERPRETER,),
    "policier policiere commissariat": (Function.REFERENT_POLICE, Function.SOCIAL_WORKER_POLICE),
    "gendarme": (Function.REFERENT_GENDARMERIE, Function.SOCIAL_WORKER_POLICE),
    "prefet sejour residence": (Function.REFERENT_PREFECTURE,),
    "procureur parquet tribunal prosecutor": (Function.REFERENT_PROSECUTION,),
    "mineur mineure enfant 119 minor child": (Function.REFERENT_CRIP, Function.REFERENT_ASE),
    "educateur educatrice assistante accompagnement": (Function.SUPPORT,),
    "inspecteur inspection dreets": (Function.REFERENT_LABOUR,),
    "ofpra asile asylum": (Function.REFERENT_ASYLUM, Function.REFERENT_OFII),
    "maraude": (Function.OUTREACH,),
    "ambassade consul embassy": (Function.REFERENT_CONSULATE,),
}
NEEDED_OF: dict[str, tuple[Function, ...]] = {
    "shelter": (Function.SIAO, Function.SUPPORT), "food": (Function.SIAO, Function.SUPPORT), "clothing": (Function.SUPPORT,),
    "money": (Function.SUPPORT,), "medical": (Function.HEALTH_CHECK,), "psychological": (Function.PSYCHOLOGICAL,),
    "protection": (Function.SUPPORT,), "interpreter": (Function.INTERPRETER,), "childcare": (Function.SUPPORT,),
    "transport": (Function.SUPPORT,), "documents": (Function.LEGAL,), "legal": (Function.LEGAL,),
}  # fmt: skip
"""Functions that answer each need of the rule book's list. Our choice: a body of the State is offered only to whoever asks for it."""


@cache
def _by_asked() -> dict[str, tuple[Function, ...]]:
    return {word: functions for words, functions in ASKED_AS.items() for word in words.split()}


def functions_asked(word: str) -> tuple[Function, ...]:
    """What a worker's plain word asks for; nothing for a word that names no function. A plural is taken as its singular."""
    known = _by_asked()
    singulars = (word, word.removesuffix("s"), word.removesuffix("aux") + "al")
    return next((known[one] for one in singulars if one in known), ())
