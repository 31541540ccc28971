"""`{% url %}`, `{% translate %}`, `{% blocktranslate %}` and `{% include %}` that remember: the same words, two hundred times a page.

Django looks each of them up anew at every rendering. Here an address is kept per name, with places for codes and keys, and a
sentence per language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token, Variable, VariableNode, render_value_in_context
from django.template.defaulttags import CycleNode, IfChangedNode, URLNode
from django.template.defaulttags import url as url_as_django
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode, do_include
from django.templatetags.i18n import BlockTranslateNode, TranslateNode, do_block_translate, do_translate
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()
escaped: Callable[[str], SafeString] = escape.__wrapped__  # type: ignore[attr-defined]
"""Django's own, of a text that is there: what it wraps around it asks whether the text comes later."""
ADDRESSES = 4096

FORMS = {"code": re.compile("[0-9A-Z]{8}"), "key": re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")}
"""A code of a file and the key of a row: they differ from page to page and are filled in; no address with one is kept."""
STANDING_IN = {"code": "~{}~", "key": "00000000-0000-4000-8000-00000000000{}"}


def _address(urlconf: str | None, name: str, *arguments: str) -> SafeString:
    forms = tuple(next((form for form, said in FORMS.items() if said.fullmatch(one)), "") for one in arguments)
    try:
        filled = _with_places(urlconf, name, forms, tuple("" if form else one for form, one in zip(forms, arguments, strict=True)))
    except NoReverseMatch:  # an address that takes something else which looks like a code
        return escaped(reverse(name, urlconf=urlconf, args=arguments))
    for at, (form, one) in enumerate(zip(forms, arguments, strict=True)):
        if form:
            filled = filled.replace(STANDING_IN[form].format(at), one)
    return escaped(filled)


@lru_cache(maxsize=ADDRESSES)
def _with_places(urlconf: str | None, name: str, forms: tuple[str, ...], said: tuple[str, ...]) -> str:
    """An address in which codes and keys stand as places to fill."""
    places = [STANDING_IN[form].format(at) if form else one for at, (form, one) in enumerate(zip(forms, said, strict=True))]
    return reverse(name, urlconf=urlconf, args=places)


def _language(context: Any) -> str | None:
    """The language of the page being made, asked once for all its templates."""
    known = context.render_context.dicts[0]
    if _LANGUAGE not in known:
        known[_LANGUAGE] = get_language()
    language: str | None = known[_LANGUAGE]
    return language


_LANGUAGE = "repere language"


class SteadyUrl(URLNode):
    """Names of this project stand in one namespace each, so that the page asked from changes nothing."""

    def render(self, context: Any) -> str:
        if self.asvar or self.kwargs or not context.autoescape:
            return str(super().render(context))
        return _address(get_urlconf(), self.view_name.resolve(context), *(str(one.resolve(context)) for one in self.args))


def _put(value: Any, context: Any) -> str:
    """As Django puts a value on a page. A text, the most frequent, is asked neither for its hour nor for its separators."""
    if type(value) is SafeString:
        return value
    if type(value) is str and context.autoescape:
        return escaped(value)
    return str(render_value_in_context(value, context))


class SteadyValue(VariableNode):
    def render(self, context: Any) -> str:
        return _put(self.filter_expression.resolve(context), context)


class SteadyPart(IncludeNode):
    """A part of a page that the template names itself: found once. No part here counts or extends, so none needs a memory of its own."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.nodes: NodeList | None = None
        self.is_plain = True

    def render(self, context: Any) -> SafeString:
        if self.nodes is None:
            self.nodes = context.template.engine.get_template(self.template.var).nodelist
            self.is_plain = not self.nodes.get_nodes_by_type(REMEMBERING)
            for value in self.nodes.get_nodes_by_type(VariableNode):
                if type(value) is VariableNode:
                    value.__class__ = SteadyValue
        if not self.is_plain:
            return super().render(context)
        with context.push(**{name: value.resolve(context) for name, value in self.extra_context.items()}):
            return self.nodes.render(context)


REMEMBERING: Any = (ExtendsNode, BlockNode, CycleNode, IfChangedNode)
"""Tags that keep something for the template they stand in."""


class SteadySentence(TranslateNode):
    """A sentence that stands in the template itself: one text a language."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.said: dict[str | None, str] = {}

    def render(self, context: Any) -> str:
        language = _language(context)
        if language not in self.said:
            self.said[language] = super().render(context)
        return self.said[language]


class SteadyBlock(BlockTranslateNode):
    """A sentence with places for values: its own words are put together once."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.composed: dict[int, tuple[str, list[str]]] = {}
        self.said: dict[str | None, tuple[str, list[str]]] = {}
        self.is_plain = not (self.message_context or self.asvar)

    def render(self, context: Any, nested: bool = False) -> str:
        if nested or not self.is_plain:
            return str(super().render(context, nested))
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self.plural:
            count = self._counted(context, given)
            if not isinstance(count, int):  # a number that Django asks about, or refuses
                return str(super().render(context, nested))
            words, names = self._of(count)
        else:
            words, names = self._alone(_language(context))
        try:
            return words % {name: _put(given[name] if name in given else context[name], context) for name in names}
        except (KeyError, ValueError):  # a value or a place that is not there: said as Django says it
            return str(super().render(context))

    def _alone(self, language: str | None) -> tuple[str, list[str]]:
        if language not in self.said:
            words, names = self.render_token_list(self.singular)
            self.said[language] = gettext(words), names
        return self.said[language]

    def _counted(self, context: Any, given: dict[str, Any]) -> Any:
        """The number that the sentence counts, told by its name too."""
        assert self.counter is not None
        assert self.countervar is not None
        with context.push(**given):
            count = given[self.countervar] = self.counter.resolve(context)
        return count

    def _of(self, count: int) -> tuple[str, list[str]]:
        (one, names), (many, others) = self.render_token_list(self.singular), self.render_token_list(self.plural)
        return ngettext(one, many, count), names + others

    def render_token_list(self, tokens: list[Token]) -> tuple[str, list[str]]:
        if id(tokens) not in self.composed:
            self.composed[id(tokens)] = super().render_token_list(tokens)
        words, names = self.composed[id(tokens)]
        return words, list(names)  # Django adds to it


@register.tag
def blocktranslate(parser: Parser, token: Token) -> BlockTranslateNode:
    node = do_block_translate(parser, token)
    return SteadyBlock(
        node.extra_context, node.singular, node.plural, node.countervar, node.counter, node.message_context,
        trimmed=node.trimmed, asvar=node.asvar,
    )  # fmt: skip


@register.tag
def include(parser: Parser, token: Token) -> IncludeNode:
    node = do_include(parser, token)
    named = node.template
    if node.isolated_context or not isinstance(named.var, str) or named.filters:
        return node
    return SteadyPart(named, extra_context=node.extra_context)


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    node = url_as_django(parser, token)
    return SteadyUrl(node.view_name, node.args, node.kwargs, node.asvar)


@register.tag
def translate(parser: Parser, token: Token) -> TranslateNode:
    node = do_translate(parser, token)
    said = node.filter_expression
    is_fixed = isinstance(said.var, Variable) and said.var.literal is not None and not said.filters
    if not is_fixed or node.asvar or node.noop or node.message_context:
        return node
    return SteadySentence(said, node.noop)
