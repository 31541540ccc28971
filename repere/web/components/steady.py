"""`{% url %}`, `{% translate %}` and `{% blocktranslate %}` that remember: the same words and addresses, two hundred times a page.

Django looks each of them up anew at every rendering. Here an address is kept per name and arguments, a sentence per language.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template.base import Parser, Token, Variable, render_value_in_context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_as_django
from django.templatetags.i18n import BlockTranslateNode, TranslateNode, do_block_translate, do_translate
from django.urls import get_urlconf, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

register = template.Library()
ADDRESSES = 4096


@lru_cache(maxsize=ADDRESSES)
def _address(urlconf: str | None, name: str, *arguments: str) -> SafeString:
    return escape(reverse(name, urlconf=urlconf, args=arguments))


def _language(context: Any) -> str | None:
    """The language of the page being made, asked once for each template of it."""
    known = context.render_context
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
        self.is_plain = not (self.plural or self.message_context or self.asvar)

    def render(self, context: Any, nested: bool = False) -> str:
        if nested or not self.is_plain:
            return str(super().render(context, nested))
        language = _language(context)
        if language not in self.said:
            words, names = self.render_token_list(self.singular)
            self.said[language] = gettext(words), names
        words, names = self.said[language]
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        try:
            return words % {name: render_value_in_context(given[name] if name in given else context[name], context) for name in names}
        except (KeyError, ValueError):  # a value or a place that is not there: said as Django says it
            return str(super().render(context))

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
