"""data.inclusion v1: {"structures": […], "services": […]}. Only the public tier is written.

The standard has no word for trafficking: each function goes out under its nearest theme, and comes in as what that theme says.
Its schema lets broken codes, hours and telephones pass; they are checked here. `contact_nom_prenom` is a person's name in an open
file: it is never read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from repere.directory.exchange.rows import Read, Row
from repere.directory.exchange.validation import INCLUSION, faults
from repere.directory.queries.reading import Line
from repere.directory.refusals import Refused
from repere.directory.territory import EVERYWHERE, is_territory, territories
from repere.directory.tiers import Tier
from repere.directory.vocabulary import Function, Kind

SOURCE = "repere"
RIGHTS = "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits"
THEMES = {
    Function.LEGAL: "difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",
    Function.PSYCHOLOGICAL: "sante--sante-mentale",
    Function.SIAO: "logement-hebergement--rechercher-une-solution-dhebergement-temporaire",
    Function.SUPPORT: "famille--surmonter-conflits-separation-violence",
}
MEANT = {theme: function for function, theme in THEMES.items()}
PUBLICS = {"femmes": "women", "familles": "families"}
NETWORKS = {"siao": Kind.HOUSING_COORDINATION, "ase": Kind.CHILD_PROTECTION, "pjj": Kind.YOUTH_JUSTICE, "points-justice": Kind.LAW_PRACTICE}
SHORTEST = 5


def write(lines: Iterable[Line], *, on: date) -> str:
    told = [line for line in lines if line.service.tier == Tier.PUBLIC and line.service.structure.tier == Tier.PUBLIC]
    bodies = {line.service.structure_id: _structure(line, on) for line in told}
    return json.dumps(
        {"structures": list(bodies.values()), "services": [_service(line, on) for line in told]}, ensure_ascii=False, indent=1
    )


def _structure(line: Line, on: date) -> dict[str, Any]:
    about = line.service.structure
    told = {"source": SOURCE, "id": f"{SOURCE}--{about.pk}", "nom": about.name, "date_maj": on.isoformat()}
    return told | ({"site_web": about.website} if about.website else {})


def _service(line: Line, on: date) -> dict[str, Any]:
    service = line.service
    description = service.description if len(service.description) >= SHORTEST else str(service.get_function_display())
    told: dict[str, Any] = {
        "source": SOURCE, "structure_id": f"{SOURCE}--{service.structure_id}", "id": f"{SOURCE}--{service.pk}", "nom": service.name[:150],
        "description": description, "date_maj": on.isoformat(), "thematiques": [THEMES.get(Function(service.function), RIGHTS)],
        "zone_eligibilite": ["france" if code == EVERYWHERE else code for code in service.territories],
        "modes_accueil": ["a-distance"] if service.remote else ["en-presentiel"],
        "publics": [theme for theme, code in PUBLICS.items() if code in service.audiences] or ["tous-publics"],
    }  # fmt: skip
    phone = next((reach.contact.value for reach in line.reaches if reach.contact.kind == "phone" and not reach.waits), "")
    optional = {
        "telephone": phone,
        "horaires_accueil": service.hours,
        "lien_source": service.website,
        "conditions_acces": service.eligibility,
    }
    return told | {name: value for name, value in optional.items() if value}


def read(text: str, *, on: date) -> Read:
    """Services of a file with their structures. Raises ValueError when it has not that shape."""
    content = json.loads(text)
    if not isinstance(content, dict) or not isinstance(content.get("services"), list):
        raise ValueError("services")
    bodies = {str(one.get("id")): one for one in content.get("structures", []) if isinstance(one, dict)}
    broken = {key: faults(INCLUSION, "structure", one) for key, one in bodies.items()}
    found = Read()
    for number, told in enumerate(content["services"], 1):
        if not isinstance(told, dict):
            raise ValueError(str(number))
        key = str(told.get("structure_id", ""))
        reasons = [*faults(INCLUSION, "service", told), *broken.get(key, []), *_doubts(told, on)]
        if key not in bodies:
            reasons.append(_("Its structure “%(key)s” is not in the file.") % {"key": key})
        found.take(_row(number, told, bodies.get(key, {})), reasons)
    return found


def _doubts(told: dict[str, Any], on: date) -> list[str]:
    """What the schema lets through."""
    found = []
    insee = str(told.get("code_insee") or "")
    if insee and _department(insee) not in territories():
        found.append(str(Refused("unknown_territory", value=insee)))
    if str(told.get("date_maj", ""))[:10] > on.isoformat():
        found.append(str(Refused("day_to_come")))
    publics = told.get("publics") or []
    if "tous-publics" in publics and len(publics) > 1:
        found.append(_("“tous-publics” stands alone or not at all."))
    return found


def _row(number: int, told: dict[str, Any], about: dict[str, Any]) -> Row:
    themes = told.get("thematiques") or []
    networks = about.get("reseaux_porteurs") or []
    return Row(
        number=number, key=str(told.get("id", "")), structure=str(about.get("nom", "")),
        kind=next((NETWORKS[one] for one in networks if one in NETWORKS), Kind.GENERAL_ASSOCIATION),
        function=next((MEANT[one] for one in themes if one in MEANT), Function.OTHER), name=str(told.get("nom", "")),
        description=str(told.get("description", ""))[:2000], territories=_served(told),
        audiences=[PUBLICS[one] for one in told.get("publics") or [] if one in PUBLICS],
        eligibility=str(told.get("conditions_acces") or "")[:500], hours=str(told.get("horaires_accueil") or ""),
        website=str(about.get("site_web") or ""), phone=str(told.get("telephone") or about.get("telephone") or ""),
        email=str(told.get("courriel") or ""),
    )  # fmt: skip


def _served(told: dict[str, Any]) -> list[str]:
    """Where it serves: départements; a commune stands for its département; a code that is neither stays, to be refused."""
    zones = [str(zone) for zone in told.get("zone_eligibilite") or []]
    if not zones and told.get("code_insee"):
        zones = [str(told["code_insee"])]
    return list(dict.fromkeys(EVERYWHERE if zone == "france" else zone if is_territory(zone) else _department(zone) for zone in zones))


def _department(code: str) -> str:
    """Of a commune's code (five signs); anything else comes back as it is."""
    if len(code) != 5:
        return code
    head = code[:3] if code[:2] in ("97", "98") else code[:2]
    return head if head in territories() else code
