"""Faults of the rule book in French.

The core words a fault in English, with file and line, and knows no translations; a jurist reads French. Each sentence of the core
stands here once, with `{…}` where a word of the rule book comes in: such a word stays as it is written in the file. A test reads the
core and fails where a sentence is missing here.
"""

from __future__ import annotations

import re
from functools import lru_cache

PHRASES: dict[str, str] = {
    # what was expected
    "'{key}'": "« {key} »",
    "'{key}' in fr and en": "« {key} » en fr et en",
    "'{key}' in {languages}": "« {key} » en {languages}",
    "'from': a day or unknown": "« from » : un jour, ou unknown",
    "'read_in_force_on' beside from: unknown": "« read_in_force_on » à côté de from: unknown",
    "YAML": "du YAML",
    "a code list": "une liste de codes",
    "a code of {field}": "un code de {field}",
    "a date field of {kind}": "un champ de date de {kind}",
    "a day YYYY-MM-DD for {key}": "un jour AAAA-MM-JJ pour {key}",
    "a day YYYY-MM-DD under 'recorded'": "un jour AAAA-MM-JJ sous « recorded »",
    "a day of the calendar, as 2023-11-22": "un jour du calendrier, comme 2023-11-22",
    "one kind under 'trigger'": "une seule nature de fait sous « trigger »",
    "kinds alone under 'trigger' and 'done'": "des natures de fait seules sous « trigger » et « done »",
    "another kind under 'done' than the trigger": "sous « done », une autre nature de fait que le déclencheur",
    "a due day to count from": "un jour d'échéance d'où compter",
    "a day, month, season or range under 'on'": "un jour, un mois, une saison ou une période sous « on »",
    "a declared fact kind": "une sorte de fait déclarée",
    "a declared order between {one} and {other}": "un ordre déclaré entre {one} et {other}",
    "a fact kind, or {kind: …, where: …}": "une sorte de fait, ou {kind: …, where: …}",
    "a fact {kind} that the declarations allow": "un fait {kind} que les déclarations permettent",
    "a field of {kind} ({known})": "un champ de {kind} ({known})",
    "a field of {kind} among {known}": "un champ de {kind} parmi {known}",
    "a field of {kind} stored in the clear": "un champ de {kind} gardé en clair",
    "a field of {kind}": "un champ de {kind}",
    "a field stored in the clear": "un champ gardé en clair",
    "a key among {known}": "une clé parmi {known}",
    "a known source": "une source déclarée",
    "a known word in {key}": "un mot connu dans {key}",
    "a list of items under {section}": "une liste d'éléments sous {section}",
    "a list under {operator}": "une liste sous {operator}",
    "a mapping 'layer' with an id": "un bloc « layer » avec un id",
    "a mapping field: test": "un bloc champ: essai",
    "a mapping under {key}": "un bloc sous {key}",
    "a mapping with a section name": "un bloc qui porte le nom d'une section",
    "a number in at_least or at_most, for a field of type int": "un nombre dans at_least ou at_most, pour un champ de type int",
    "a role or family": "une fonction ou une famille de fonctions",
    "a role under 'to'": "une fonction sous « to »",
    "a rule that reads {name}": "une règle qui lit {name}",
    "a section among {known}": "une section parmi {known}",
    "a source": "une source",
    "a value with its source": "une valeur avec sa source",
    "a whole number for {key}": "un nombre entier pour {key}",
    "a whole number": "un nombre entier",
    "a day, month, season or range": "un jour, un mois, une saison ou une période",
    "an expression under 'when'": "une expression sous « when »",
    "an item '{item}' below to {overlay}": "un élément « {item} » plus bas pour {overlay}",
    "an item with an 'id'": "un élément avec un « id »",
    "an operator among {known}": "un opérateur parmi {known}",
    "an outcome among {known}": "une réponse parmi {known}",
    "days YYYY-MM-DD in 'due' and 'until'": "des jours AAAA-MM-JJ dans « due » et « until »",
    "either versions or inline keys": "des versions, ou des clés sur place",
    "facts as {kind: {on: …, field: …}}": "des faits comme {kind: {on: …, champ: …}}",
    "first or latest": "first ou latest",
    "free text sealed under a tier": "un texte libre scellé sous un degré",
    "how the length is counted": "comment la durée se compte",
    "languages {known}": "les langues {known}",
    "numbers by strength, as {strong: 1, medium: 1}": "des nombres par force, comme {strong: 1, medium: 1}",
    "one of the layers {known}": "une des couches {known}",
    "one of due_day_over: true, after_due: parameter, when: expression": (
        "une clé parmi due_day_over: true, after_due: paramètre, when: expression"
    ),
    "one of {known}": "l'un de {known}",
    "one operator among {known}": "un seul opérateur parmi {known}",
    "only id, overlay, source, from and why in a repeal": "seulement id, overlay, source, from et why dans une abrogation",
    "overlay: replace or repeal": "overlay: replace ou repeal",
    "rules that do not refer to each other in a circle": "des règles qui ne renvoient pas l'une à l'autre en cercle",
    "strengths among {known}": "des forces parmi {known}",
    "text in UTF-8": "un texte en UTF-8",
    "the asked day": "le jour demandé",
    "the code '{name}' once": "le code « {name} » une seule fois",
    "the day of a fact on one side": "le jour d'un fait d'un côté",
    "the field {field} of {kind}": "le champ {field} de {kind}",
    "the id '{item}' once in {section}": "l'id « {item} » une seule fois dans {section}",
    "the id of a condition, entitlement or duty": "l'id d'une condition, d'un droit ou d'un devoir",
    "the id of a parameter under 'after'": "l'id d'un paramètre sous « after »",
    "the id of a parameter": "l'id d'un paramètre",
    "the id of a rule": "l'id d'une règle",
    "the key '{key}' once": "la clé « {key} » une seule fois",
    "the layer '{name}' below {layer}": "la couche « {name} » sous {layer}",
    "today, {day: …}, {of: …}, {plus: [date, parameter]} or {minus: …}": (
        "today, {day: …}, {of: …}, {plus: [date, paramètre]} ou {minus: …}"
    ),
    "two dates [first, second]": "deux dates [première, seconde]",
    "values that start on different days": "des valeurs qui commencent à des jours différents",
    "versions that start on different days": "des versions qui commencent à des jours différents",
    "where the text applies": "où le texte s'applique",
    "who demands it": "qui le demande",
    "who may state it": "qui peut l'affirmer",
    "whole numbers in {key}": "des nombres entiers dans {key}",
    "why that answer is impossible": "pourquoi cette réponse est impossible",
    "words in {key}": "des mots dans {key}",
    "{field} of {kind} among {codes}": "{field} de {kind} parmi {codes}",
    "{field} of {kind}: a whole number": "{field} de {kind} : un nombre entier",
    "{field} of {kind}: a day, month, season or range": "{field} de {kind} : un jour, un mois, une saison ou une période",
    "{field} of {kind}: {bounds}": "{field} de {kind} : {bounds}",
    "{key} among {known}": "{key} parmi {known}",
    "{key} as {fr: …, en: …}": "{key} comme {fr: …, en: …}",
    "{key} in '{language}'": "{key} en « {language} »",
    "{key}: true or false": "{key} : true ou false",
    "{kind} by one of {powers}": "{kind} par l'un de {powers}",
    "{after: parameter} or {on: date}": "{after: paramètre} ou {on: date}",
    "{after_days: number, to: role}": "{after_days: nombre, to: fonction}",
    "{at_least: number, among: [codes]}, for a field of type codes": "{at_least: nombre, among: [codes]}, pour un champ de type codes",
    "{audience: one of {known}}": "{audience: l'un de {known}}",
    "{by: [roles], question: {fr, en}, yes: selector, no: selector}": (
        "{by: [fonctions], question: {fr, en}, yes: sélecteur, no: sélecteur}"
    ),
    "{kinds: […], is: …, where: …, filter: …}": "{kinds: […], is: …, where: …, filter: …}",
    "{of: selector, at_least: number}": "{of: sélecteur, at_least: nombre}",
    "{original: language, status: …}": "{original: langue, status: …}",
    # what came
    "'{word}'": "« {word} »",
    "a duty without 'due'": "un devoir sans « due »",
    "an overlap": "un chevauchement",
    "another encoding at byte {place}": "un autre codage à l'octet {place}",
    "both ('{key}')": "les deux (« {key} »)",
    "both touching '{item}'": "les deux touchent « {item} »",
    "by '{role}', basis {basis}": "par « {role} », à titre de {basis}",
    "it a second time": "la même une seconde fois",
    "it also at {place}": "le même aussi à {place}",
    "nobody": "personne",
    "none": "aucun",
    "nothing": "rien",
    "the stack {stack}": "l'empilement {stack}",
    "{name}, sealed": "{name}, scellé",
    # how to mend it
    "a text that begins on a day has `from`": "un texte qui commence un jour donné porte `from`",
    "add 'overlay: replace' or another id": "ajoutez « overlay: replace » ou un autre id",
    "add counting: {days: calendar, first_day: excluded, end_on_holiday: stays}": (
        "ajoutez counting: {days: calendar, first_day: excluded, end_on_holiday: stays}"
    ),
    "add demand: {stance: …, by: …, on: …, lines: …}": "ajoutez demand: {stance: …, by: …, on: …, lines: …}",
    "leave out where and by": "enlevez where et by",
    "write one kind under 'trigger'": "écrivez une seule nature de fait sous « trigger »",
    "write another kind under 'done'": "écrivez une autre nature de fait sous « done »",
    "add due: …, or say when: …": "ajoutez due: …, ou dites when: …",
    "add from: YYYY-MM-DD, or from: unknown with read_in_force_on": "ajoutez from: AAAA-MM-JJ, ou from: unknown avec read_in_force_on",
    "add never_because: {fr: …, en: …}": "ajoutez never_because: {fr: …, en: …}",
    "add on: YYYY-MM-DD": "ajoutez on: AAAA-MM-JJ",
    "add one, or say never: with its reason": "ajoutez-en un, ou dites never: avec sa raison",
    "add one, or say settled: false": "ajoutez-en une, ou dites settled: false",
    "add states: [any] or roles": "ajoutez states: [any] ou des fonctions",
    "add territory: [FR], [world], …": "ajoutez territory: [FR], [world], …",
    "add when: …, or when: {always: {}}": "ajoutez when: …, ou when: {always: {}}",
    "add {key}: {fr: …, en: …}": "ajoutez {key}: {fr: …, en: …}",
    "add {key}: …": "ajoutez {key}: …",
    "begin each item with '- id: …'": "commencez chaque élément par « - id: … »",
    "check indentation, quotes and colons": "vérifiez les retraits, les guillemets et les deux-points",
    "check the id, or remove 'overlay'": "vérifiez l'id, ou retirez « overlay »",
    "check the spelling": "vérifiez l'orthographe",
    "declare it under codelists": "déclarez-la sous codelists",
    "did you mean {word}?": "vouliez-vous dire {word} ?",
    "give each its own start": "donnez à chacune son propre début",
    "give each version its own 'from'": "donnez à chaque version son propre « from »",
    "give every language": "donnez chaque langue",
    "in example {example}": "dans l'exemple {example}",
    "keep one of the two": "gardez l'une des deux",
    "known: {known}": "connus : {known}",
    "let one of them read facts instead": "que l'une d'elles lise plutôt des faits",
    "list {one} in 'over' of {other}": "nommez {one} dans « over » de {other}",
    "move it into the versions": "déplacez-la dans les versions",
    "name an id of section sources": "nommez un id de la section sources",
    "name layers joined by +, as in fr+fr-collectif": "nommez des couches jointes par +, comme fr+fr-collectif",
    "name {one} before {other}": "nommez {one} avant {other}",
    "remove it or check the spelling": "retirez-la, ou vérifiez l'orthographe",
    "remove it": "retirez-la",
    "remove the character that cannot be read": "retirez le caractère illisible",
    "rename it, or say overlay: replace": "changez son nom, ou dites overlay: replace",
    "rule {rule}": "règle {rule}",
    "rules read clear days": "les règles lisent des jours en clair",
    "rules read codes; give the kind a coded field": "les règles lisent des codes ; donnez à la sorte de fait un champ codé",
    "save the file as UTF-8": "enregistrez le fichier en UTF-8",
    "say on which day the text was read in force": "dites quel jour le texte a été lu en vigueur",
    "see '{item}'": "voyez « {item} »",
    "start the file with layer: and its id": "commencez le fichier par layer: et son id",
    "start the file with one of {known}": "commencez le fichier par l'un de {known}",
    "take one of these words": "prenez l'un de ces mots",
    "use it in a rule or remove it": "employez-le dans une règle, ou retirez-le",
    "write it in full": "écrivez-le en entier",
    "write store: sealed:narrative": "écrivez store: sealed:narrative",
    "write {key} as mechanism/README.md shows": "écrivez {key} comme le montre mechanism/README.md",
    # the reader of YAML
    "could not find expected ':'": "il manque un deux-points",
    "did not find expected '-' indicator": "il manque un tiret « - », ou le retrait est faux",
    "did not find expected key": "il manque une clé, ou un guillemet n'est pas fermé",
    "did not find expected ',' or ']'": "il manque « , » ou « ] »",
    "did not find expected ',' or '}'": "il manque « , » ou « } »",
    "expected ',' or ']', but got {what}": "il manque « , » ou « ] » avant {what}",
    "expected ',' or '}', but got {what}": "il manque « , » ou « } » avant {what}",
    "expected <block end>, but found {what}": "un retrait est faux, ou un tiret manque, avant {what}",
    "expected the node content, but found {what}": "il manque une valeur avant {what}",
    "found character '\\t' that cannot start any token": "une tabulation : employez des espaces",
    "found character that cannot start any token": "un caractère qui ne peut pas être là : mettez le texte entre guillemets",
    "found unexpected end of stream": "le fichier s'arrête trop tôt : un guillemet n'est pas fermé",
    "found unexpected ':'": "un deux-points inattendu : mettez le texte entre guillemets",
    "mapping values are not allowed here": "un deux-points inattendu : mettez le texte entre guillemets",
    "mapping values are not allowed in this context": "un deux-points inattendu : mettez le texte entre guillemets",
}  # fmt: skip
_PLACE = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The most particular sentence first: the one that says the most in its own words."""
    order = sorted(PHRASES, key=lambda phrase: -len(_PLACE.sub("", phrase)))
    return [(re.compile(_as_pattern(phrase), re.DOTALL), PHRASES[phrase]) for phrase in order]


def _as_pattern(phrase: str) -> str:
    parts = _PLACE.split(phrase)
    return "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))


def known(text: str) -> bool:
    """Whether a sentence of the core is worded here."""
    return any(pattern.fullmatch(text) for pattern, _ in _patterns())


def in_french(text: str) -> str:
    """A sentence of the core in French; what is not known stays as it came. Two pieces of advice in a row are told one after the other."""
    for pattern, french in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            return _PLACE.sub(lambda place: found[place[1]], french)
    for lead in (" in example ", " rule "):
        before, apart, after = text.partition(lead)
        if apart and before:
            return f"{in_french(before)} {in_french(apart.strip() + ' ' + after)}"
    return text
