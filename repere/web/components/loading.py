"""Templates are read once, and what stands in them is looked up in fewer steps: a case page shows six hundred values.

Django tries each value as a dictionary, an attribute, a place in a list and a call, and asks of each text shown whether it is a
number, a day or a text put together later. Here plain texts and attributes of plain objects go the short way; everything else, and
whatever fails, goes Django's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import Any
from uuid import UUID

from django.template import Origin, Template
from django.template.base import FilterExpression, Node, Variable, VariableDoesNotExist, VariableNode, render_value_in_context
from django.template.loaders import cached
from django.template.smartif import TokenBase
from django.utils.safestring import SafeString

HOLDERS = (Node, TokenBase)
"""What in a template may hold an expression: a tag, and a part of a condition."""
NOT_NEAR: Any = object()


@lru_cache(maxsize=1024)
def _is_read_by_name(kind: type) -> bool:
    return not hasattr(kind, "__getitem__")


class SteadyVariable(Variable):
    """A name with its dots, looked up the short way where every step is a dictionary or a plain object."""

    def __init__(self, plain: Variable) -> None:
        super().__init__(plain.var)
        self.name, *self.steps = self.lookups or ()

    def resolve(self, context: Any) -> Any:
        name, found = self.name, NOT_NEAR
        for level in reversed(context.dicts):
            if name in level:
                found = level[name]
                break
        try:
            for step in self.steps:
                kind: Any = type(found)
                found = found[step] if kind is dict else getattr(found, step) if _is_read_by_name(kind) else NOT_NEAR
        except Exception:  # whatever it is: Django looks again, and says it
            return super().resolve(context)
        return super().resolve(context) if found is NOT_NEAR or callable(found) else found


class SteadyValue(VariableNode):
    """`{{ … }}`, shown the short way where it is a text."""

    def render(self, context: Any) -> str:
        said = self.filter_expression
        try:
            return shown(said.resolve(context) if said.filters or not said.is_var else self._named(context), context)
        except UnicodeDecodeError:
            return ""

    def _named(self, context: Any) -> Any:
        """A value without filters, one step nearer."""
        try:
            return self.filter_expression.var.resolve(context)
        except VariableDoesNotExist:
            return self.filter_expression.resolve(context)


def shown(value: Any, context: Any) -> str:
    """A value as a page shows it. A number below a thousand is written alike in every language."""
    kind = type(value)
    if kind is SafeString:
        safe: str = value
        return safe
    if kind is str and context.autoescape:
        return escape(value)
    if kind is UUID or (kind is int and 0 <= value < 1000):
        return str(value)
    return str(render_value_in_context(value, context))


def steady(template: Template) -> None:
    """Make the values of a template steady: what it says stays the same."""
    for holder in _holders(template.nodelist):
        for expression in _expressions(vars(holder)):
            if type(expression.var) is Variable and expression.var.lookups and not expression.var.translate:
                expression.var = SteadyVariable(expression.var)


def _holders(thing: Any) -> Iterator[Any]:
    """Every tag of a template and every part of a condition, down to the last. Plain values become steady ones on the way."""
    if isinstance(thing, list):
        for at, one in enumerate(thing):
            if type(one) is VariableNode:
                thing[at] = _steady_value(one)
    if isinstance(thing, HOLDERS):
        yield thing
        thing = list(vars(thing).values())
    for one in thing.values() if isinstance(thing, dict) else thing:
        if isinstance(one, list | tuple | dict | Node | TokenBase):
            yield from _holders(one)


def _steady_value(node: VariableNode) -> SteadyValue:
    steady = SteadyValue(node.filter_expression)
    steady.__dict__.update(node.__dict__)
    return steady


def _expressions(thing: Any) -> Iterator[FilterExpression]:
    for one in thing.values() if isinstance(thing, dict) else thing:
        if isinstance(one, FilterExpression):
            yield one
        elif isinstance(one, list | tuple | dict):
            yield from _expressions(one)


class Loader(cached.Loader):
    """Reads a template once for each process and makes it steady."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        found: Template = super().get_template(template_name, skip)
        if not getattr(found, "is_steady", False):
            steady(found)
            found.is_steady = True  # type: ignore[attr-defined]
        return found
