"""The invented organisations and their people, who can be signed in as on a demonstration."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "grande-ourse-demonstration"  # noqa: S105 printed on purpose: it opens invented files only
DOMAIN = "demo.example"
GIVEN = ("Camille", "Dominique", "Claude", "Sacha", "Maxence", "Andrea", "Lou", "Charlie")


@dataclass(frozen=True, slots=True)
class Body:
    """An invented organisation. ``regions``: whose cases it opens (codes of régions, or ``*``); ``roles``: accounts it has."""

    key: str
    name: str
    kind: str
    territory: str
    roles: tuple[str, ...]
    regions: tuple[str, ...] = ()

    def person(self, role: str) -> str:
        """Invented name of whoever has this account: a given name for all genders, and the name of the organisation."""
        family = self.name.partition(" (")[0].rpartition(" ")[2].removeprefix("l'")
        return f"{GIVEN[self.roles.index(role) % len(GIVEN)]} {family}"

    def email(self, role: str) -> str:
        """Address of the account in this role."""
        return f"{role.replace('_', '.')}@{self.key}.{DOMAIN}"


OVERSEAS = ("01", "02", "03", "04", "06")
ADMINISTRATOR = "administrator"
_TEAM = ("case_worker", "outreach_worker", "shelter_worker", "lawyer", ADMINISTRATOR)

BODIES = (
    Body("atalante", "Atalante (Lyon)", "association", "69", _TEAM, ("84", "27", "44")),
    Body("boussole", "Boussole (Marseille)", "association", "13", _TEAM, ("93", "76", "94", "75")),
    Body("estran", "Estran (Lille)", "association", "59", _TEAM, ("32", "28", "53", "52", "24", "11")),
    Body("fanal", "Fanal (Cayenne)", "association", "973", _TEAM, OVERSEAS),
    Body("cormoran", "Brigade Cormoran", "police", "69", ("police", "gendarmerie", ADMINISTRATOR), ("*",)),
    Body("galet", "Protection de l'enfance Galet", "child_protection", "69", ("child_protection", ADMINISTRATOR), ("*",)),
    Body("houle", "Inspection du travail Houle", "labour_inspection", "13", ("labour_inspector", ADMINISTRATOR), ("*",)),
    Body("trois-vents", "Préfecture des Trois-Vents", "prefecture", "69", ("prefecture", ADMINISTRATOR)),
    Body("ecluse", "Tribunal de l'Écluse", "prosecution", "69", ("prosecutor", "judge", ADMINISTRATOR)),
    Body("tilleul", "Centre de santé Tilleul", "health", "69", ("health_worker", ADMINISTRATOR)),
    Body("archipel", "Commission Archipel", "other", "69", ("recognition_body", ADMINISTRATOR)),
    Body("vigie", "Coordination Vigie", "coordination", "75", ("coordination", "rapporteur", "jurist", ADMINISTRATOR)),
)
BY_KEY = {body.key: body for body in BODIES}

OPENS = {
    "case_worker": "association", "outreach_worker": "association", "shelter_worker": "association",
    "police": "police", "child_protection": "child_protection", "labour_inspector": "labour_inspection",
}  # fmt: skip
"""Kind of the organisation in which a role opens a case."""

@dataclass(frozen=True, slots=True)
class Share:
    """An access that a file is given: to which body, which data groups, for which purpose, by which consent of hers."""

    to: str
    groups: tuple[str, ...]
    purpose: str
    agreed: str


SHARES = {
    "police": Share(
        "cormoran", ("profile", "exploitation", "identification", "criminal_procedure", "contact_safety"),
        "investigation", "criminal_procedure",
    ),
    "prefecture": Share("trois-vents", ("profile", "identification", "residence", "criminal_procedure"), "residence", "residence"),
    "prosecutor": Share(
        "ecluse", ("profile", "exploitation", "identification", "criminal_procedure", "child_protection"),
        "investigation", "criminal_procedure",
    ),
    "child_protection": Share(
        "galet", ("profile", "contact_safety", "child_protection", "support", "identification"), "protection", "support"
    ),
    "health_worker": Share("tilleul", ("profile", "health", "contact_safety"), "support", "support"),
    "recognition_body": Share("archipel", ("profile", "exploitation", "identification"), "protection", "identification"),
}
"""Role of another body → the access that it is given."""


def opener_of(role: str, region: str) -> Body:
    """The organisation in which somebody of this role opens a case of this région."""
    kind = OPENS[role]
    fitting = [body for body in BODIES if body.kind == kind and (region in body.regions or "*" in body.regions)]
    return fitting[0] if fitting else next(body for body in BODIES if body.kind == kind and body.regions)
