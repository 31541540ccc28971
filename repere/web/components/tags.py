"""Tags and filters every template may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, wraps
from typing import Any, NamedTuple
from uuid import UUID

from django import template
from django.template.base import FilterExpression, Node, Parser, TextNode, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from repere.accounts.models import ADMINISTRATOR
from repere.cases import card, contact_safety
from repere.cases.forms import Question
from repere.cases.models import Case
from repere.cases.queries.case_page import Answer, CasePage, DutyLine
from repere.cases.queries.rule_page import with_titles
from repere.cases.queries.watch import AlertLine
from repere.cases.queries.wording import role as role_words
from repere.cases.queries.worklist import TaskLine
from repere.cases.said_before import Said
from repere.cases.views.words import FREEZE_REASONS, alert_sentence
from repere.core.dates import PartialDate
from repere.core.rulebook.model import Demand, Mechanism, Rule
from repere.core.rulebook.wording import Wording
from repere.web import law
from repere.web.components import words
from repere.web.components.icons import SHAPES
from repere.web.components.terms import TERMS

register = template.Library()


def language() -> str:
    return (get_language() or "fr")[:2]


def once_a_language(say: Callable[..., str]) -> Callable[..., str]:
    """What a filter says of a code: put in words once for each language. For codes only, of which there are few."""
    said = lru_cache(maxsize=512)(lambda _language, *codes: say(*codes))

    @wraps(say)
    def saying(*codes: Any) -> str:
        return said(get_language(), *codes)

    return saying


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    """A drawing by its name: a part of the template's own text where the name stands in it."""
    _tag, name = token.split_contents()
    named = parser.compile_filter(name)
    return TextNode(drawing(named.var)) if isinstance(named.var, str) and not named.filters else Drawing(named)


class Drawing(Node):
    def __init__(self, named: FilterExpression) -> None:
        self.named = named

    def render(self, context: Context) -> SafeString:
        return drawing(self.named.resolve(context))


@cache
def drawing(name: str) -> SafeString:
    return format_html('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="{}"/></svg>', SHAPES[name])


@register.simple_tag
def term(code: str) -> SafeString | str:
    """A help card for a word of the field; nothing for a code that the glossary does not explain."""
    if code not in TERMS:
        return ""
    label, meaning = TERMS[code]
    return format_html('<details class="term"><summary>{}</summary><p class="term-card">{}</p></details>', label, meaning)


@register.simple_tag
def certainties() -> list[str]:
    """How the text of a rule may have been read, surest first."""
    return [str(text) for text in words.CERTAINTIES.values()]


@register.filter
def words_of(wording: Wording | str | None) -> SafeString | str:
    """The wording in the page's language; where only another language exists, it says which one."""
    if wording is None or isinstance(wording, str):
        return wording or ""
    found = wording.get(language())
    if found:
        return found.text
    return format_html('<span lang="{}">{}</span>', wording.original, wording.text(wording.original))


@register.filter
def day(value: date | datetime | PartialDate | tuple[date, date] | None) -> str:
    """A day or a range of days, in words."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if isinstance(value, tuple):
        value = PartialDate(*value)
    return _day_words(value, language())


@lru_cache(maxsize=8192)
def _day_words(value: date | PartialDate, language: str) -> str:
    """Put in words once: a page says forty days, and tomorrow's pages say most of them again."""
    return (value if isinstance(value, PartialDate) else PartialDate.on(value)).text(language)


@register.filter
def clock(value: datetime) -> str:
    """An instant: day and hour."""
    local = timezone.localtime(value)
    return gettext("%(day)s at %(hour)s") % {"day": day(local.date()), "hour": local.strftime("%H:%M")}


@register.filter
@once_a_language
def outcome_words(outcome: str, kind: str = "entitlement") -> str:
    """An outcome in words: a right is open, a duty is to be done, a condition is met."""
    return str(words.OUTCOMES[kind].get(outcome, outcome))


@register.filter
def would_words(outcome: str, kind: str = "entitlement") -> str:
    """An outcome under rules that are not her law, in words that promise nothing."""
    return str(words.WOULD[kind].get(outcome, outcome))


@register.filter
def naming_documents(text: str, mechanism: Mechanism) -> str:
    """A text whose references to lines name the document by its title."""
    return with_titles(mechanism, text, language())


@register.filter
def asked_by(demand: Demand) -> str:
    """Who asks for a rule that is not law, how firmly, and when."""
    if demand.on == "unknown":
        return str(words.ASKED_BY[demand.stance]) % {"who": demand.by}
    return str(words.ASKED_BY_ON[demand.stance]) % {"who": demand.by, "day": iso_day(demand.on)}


@register.filter
def outcome_signal(outcome: str) -> str:
    """Which of the four signals stands beside an outcome."""
    return words.OUTCOME_SIGNALS.get(outcome, "none")


@register.filter
@once_a_language
def level_words(level: str) -> str:
    return str(words.LEVELS.get(level, level))


@register.filter
@once_a_language
def level_help(level: str) -> str:
    return str(words.LEVEL_HELP.get(level, ""))


@register.filter
@once_a_language
def certainty_words(letter: str) -> str:
    return str(words.CERTAINTIES.get(letter, letter))


@register.filter
@once_a_language
def sure_of(answer: str, text: str) -> str:
    """How sure an answer is, and apart from it the text that it rests on, where one is surer than the other."""
    said, read = (str(words.CERTAINTIES.get(letter, letter)) for letter in (answer, text))
    if answer == text:
        return said
    return gettext("the text: %(text)s; that it applies here: %(answer)s") % {"text": read, "answer": said}


@register.filter
@once_a_language
def reason_words(reason: str | None) -> str:
    return str(words.REASONS.get(reason or "", ""))


@register.filter
@once_a_language
def basis_words(basis: str) -> str:
    return str(words.BASES.get(basis, basis))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """`mapping|get:key`."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def colon(text: str) -> str:
    """A colon as the language writes it."""
    return pgettext("colon after a label", "%(label)s:") % {"label": text}


@register.filter
def mechanism_title(name: str) -> str:
    """The title of its topmost layer."""

    return str(words_of(law.mechanism_named(name).layers[-1].title))


@register.filter
def stance_words(stance: str) -> str:
    return str(words.STANCES.get(stance, stance))


@register.filter
def discretion_words(discretion: str | None) -> str:
    return str(words.DISCRETION.get(discretion or "", ""))


@register.filter
def cooperation_words(cooperation: str | None) -> str:
    return str(words.COOPERATION.get(cooperation or "", ""))


@register.filter
def source_kind_words(kind: str) -> str:
    return str(words.SOURCE_KINDS.get(kind, kind))


@register.filter
def territory_words(territory: tuple[str, ...]) -> str:
    return ", ".join(str(words.TERRITORIES.get(code, code)) for code in territory)


@register.filter
def iso_day(text: str) -> str:
    """A day written as in the rule book."""
    try:
        return PartialDate.parse(text).text(language())
    except ValueError:
        return text


@register.filter
def unit_words(unit: str, number: int | None = None) -> str:
    """The unit beside its number: 1 year, 3 years."""
    return str((words.ONE_OF_A_UNIT if number == 1 else words.UNITS).get(unit, unit))


@register.filter
def example_words(outcome: str) -> str:
    return str(words.EXAMPLE_OUTCOMES.get(outcome, outcome))


@register.filter
@once_a_language
def closing_words(closing: str) -> str:
    return str(words.CLOSINGS.get(closing, closing))


@register.filter
def age_words(age_class: str) -> str:
    return str(words.AGES.get(age_class, age_class))


@register.filter
def known_words(answer: str) -> str:
    return str(words.KNOWN.get(answer, answer))


@register.filter
def step_words(value: str) -> str:
    return str(words.STEP_VALUES.get(value, value))


@register.filter
def step_signal(value: str) -> str:
    return {"yes": "open", "no": "none"}.get(value, "ask")


@register.filter
def in_language(texts: dict[str, str]) -> str:
    return texts.get(language()) or texts["fr"]


@register.filter
def step_of_reminder(step: str) -> str:
    return str(words.REMINDER_STEPS.get(step.partition(":")[0], ""))


@register.filter
def step_of_reminder_signal(step: str) -> str:
    return "due" if step.startswith("before") else "overdue"


@register.filter
def article(title: str) -> str:
    """A source by its short name: the text and the article."""
    return card.article(title)


@register.filter
def power_label(role: str, mechanism: Mechanism) -> str:
    """A role, or a family of roles, of this mechanism in words."""
    return role_words(mechanism, role, language())


@register.filter
def is_power(rule: Rule) -> bool:
    """What an authority may do to her: it is shown beside her rights and is none of them."""
    return law.is_power(rule)


@register.filter
def own_articles(rule: Rule, mechanism: str) -> list[str]:
    """The text and article that a rule rests on first, as it is numbered today."""
    book = law.mechanism_named(mechanism)
    return [article(str(words_of(book.sources[name].title))) for name in rule.versions[-1].standing.source[:1] if name in book.sources]


@register.filter
def role_label(role: str) -> str:
    """A role of the mechanism in words."""
    known = law.current().roles.get(role)
    return str(words_of(known.label)) if known else gettext("Administrator of accounts") if role == ADMINISTRATOR else role


@register.filter
def by_file(lines: Sequence[TaskLine]) -> list[list[TaskLine]]:
    """Lines of work, those of one file together, in the order of what is most urgent in each."""
    files: dict[str, list[TaskLine]] = {}
    for line in lines:
        files.setdefault(line.code, []).append(line)
    return list(files.values())


class Part(NamedTuple):
    """A part of the worklist under a heading of its own, where there is more than one kind of line on the page."""

    first: bool
    headed: bool
    files: list[list[TaskLine]]


@register.filter
def in_parts(lines: Sequence[TaskLine]) -> list[Part]:
    """What cannot wait, then what the tab counts; each by file."""
    first, rest = [line for line in lines if line.first], [line for line in lines if not line.first]
    return [Part(which, bool(first), by_file(part)) for which, part in ((True, first), (False, rest)) if part]


@register.filter
def mine_first(duties: Sequence[DutyLine]) -> tuple[list[DutyLine], list[DutyLine]]:
    """What the reader may do or what is late, and what is expected of others in its time."""
    near = [duty for duty in duties if duty.can_be_mine or duty.overdue_days]
    return near, [duty for duty in duties if duty not in near]


@register.filter
def lines_in(files: Sequence[Sequence[TaskLine]]) -> int:
    """How many lines several files hold."""
    return sum(map(len, files))


@register.filter
def closed_groups(page: CasePage) -> list[str]:
    """Labels of the data groups of a case that are closed to its reader."""
    held = page.groups
    every = law.mechanism_named(page.mechanism).groups.values()
    return [] if held is None else [str(words_of(group.label)) for group in every if group.id not in held]


@register.filter
def contact_contradictions(answers: Iterable[Answer]) -> list[str]:
    """What does not go together in the instructions for reaching her, and what to do about it."""
    return [one.sentence for one in contact_safety.contradictions({answer.name: answer.value for answer in answers})]


@register.filter
def said_of(before: Mapping[str, Sequence[Said]] | None, question: Question) -> Sequence[Said]:
    """What was said before of what this question asks."""
    return before.get(question.bound.name.partition(".")[2], ()) if before else ()


@register.filter
def freeze_reason(reason: str) -> str:
    """Why an account was frozen."""
    return str(FREEZE_REASONS.get(reason, ""))


@register.filter
def alert_words(alert: AlertLine) -> str:
    """What was unusual, with its numbers."""
    return alert_sentence(alert.rule, alert.numbers)


@register.simple_tag(takes_context=True)
def file_of_reference(context: Mapping[str, Any], reference: UUID) -> Case | None:
    """The file behind a request for a place, for a house that it was opened to; None for every other. Seeing it is a look."""
    request = context["request"]
    found: Case | None = Case.objects.visible_to(request.actor).filter(place_reference=reference).first()
    if found is not None:
        request.shown.add(found.person_id)
    return found
