"""Names of the invented people: plants and stars before, winds, waters and stones after. No person is called so."""

from __future__ import annotations

import numpy as np

FIRST = (
    "Véga", "Altaïr", "Mimosa", "Sirius", "Capella", "Rigel", "Ancolie", "Bellatrix", "Achillée", "Bételgeuse", "Bruyère", "Deneb",
    "Campanule", "Electra", "Centaurée", "Mérope", "Digitale", "Mizar", "Églantine-des-Prés", "Polaris", "Gentiane", "Antarès",
    "Hellébore", "Aldébaran", "Jacinthe-d'Eau", "Arcturus", "Lavandin", "Spica", "Mélilot", "Procyon", "Nigelle", "Régulus",
    "Orchis", "Alcor", "Pervenche", "Canopus", "Primevère", "Algol", "Réséda", "Sadr", "Sauge", "Hadar", "Tanaisie", "Shaula",
    "Valériane", "Thuban", "Verveine", "Alphard", "Bourrache", "Maïa", "Chicorée", "Castor", "Fougère", "Pollux",
)  # fmt: skip
LAST = (
    "Tramontane", "Sirocco", "Mistral", "Alizé", "Harmattan", "Zéphyr", "Noroît", "Suroît", "Autan", "Galerne", "Foehn", "Khamsin",
    "Simoun", "Aquilon", "Mousson", "Embrun", "Estuaire", "Lagune", "Marée", "Torrent", "Cascade", "Galet", "Basalte", "Granit",
    "Schiste", "Quartz", "Obsidienne", "Calcaire", "Grès", "Silex", "Ardoise", "Corail", "Récif", "Atoll", "Dune", "Falaise",
    "Brume", "Givre", "Grésil", "Averse", "Éclipse", "Comète", "Nébuleuse", "Aurore-Boréale", "Solstice", "Équinoxe",
)  # fmt: skip
CALLED = ("Comète", "Luciole", "Libellule", "Hirondelle", "Martin-pêcheur", "Loutre", "Écureuil", "Mésange", "Salamandre", "Grillon")

STREETS = ("rue de la Grande-Ourse", "impasse des Vents", "quai de l'Arc-en-ciel", "allée des Fougères", "place de la Marée-Basse")
CITIES = ("Ville-des-Brumes", "Port-Boréal", "Saint-Nuage", "Montgivre", "Baie-aux-Étoiles")


def names(rng: np.random.Generator, count: int) -> list[tuple[str, str, str]]:
    """First name, last name, and for one in eight another name she goes by (otherwise empty)."""
    first = rng.integers(0, len(FIRST), count)
    last = rng.integers(0, len(LAST), count)
    other = np.where(rng.random(count) < 0.125, rng.integers(0, len(CALLED), count), -1)
    return [(FIRST[f], LAST[n], CALLED[o] if o >= 0 else "") for f, n, o in zip(first, last, other, strict=True)]
