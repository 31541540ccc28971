"""Sentences and addresses that templates remember say what Django would say, in each language and for each reader."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Engine, Template
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from repere.web.components.steady import _with_places

SENTENCES = {
    '{% blocktranslate trimmed with time="18:00" %}said {{ time }}{% endblocktranslate %}': "said 18:00",
    "{% blocktranslate trimmed with name=typed %}said {{ name }}{% endblocktranslate %}": "said &lt;b&gt;",
    "{% blocktranslate %}{{ there }} is there, {{ nowhere }} is not{% endblocktranslate %}": "here is there,  is not",
    "{% blocktranslate count number=many trimmed %}one file{% plural %}{{ number }} files{% endblocktranslate %}": "3 files",
    "{% blocktranslate count number=many trimmed with name=typed %}{{ name }}{% plural %}{{ name }} {{ number }}{% endblocktranslate %}": (
        "&lt;b&gt; 3"
    ),
    "{% blocktranslate count number=one %}{{ number }} file{% plural %}{{ number }} files{% endblocktranslate %}": "1 file",
    "{% blocktranslate asvar kept %}said{% endblocktranslate %}[{{ kept }}]": "[said]",
}


@pytest.mark.parametrize("source", SENTENCES)
def test_a_sentence_with_places_for_values_is_said_as_django_says_it(source: str) -> None:
    given = {"typed": "<b>", "there": "here", "many": 3, "one": 1}
    remembering, plain = Template(source), Template("{% load i18n %}" + source)
    for language in ("en", "fr", "en"):
        with translation.override(language):
            for _ in range(2):
                assert remembering.render(Context(given)) == plain.render(Context(given))
    with translation.override("en"):
        assert remembering.render(Context(given)) == SENTENCES[source]


def test_each_language_and_each_value_is_said_anew() -> None:
    sentence = Template("{% translate 'Search' %} {% blocktranslate with name=who %}said {{ name }}{% endblocktranslate %}")
    with translation.override("fr"):
        french = sentence.render(Context({"who": "Ada"}))
    with translation.override("en"):
        english = sentence.render(Context({"who": "Bea"}))
    assert english == "Search said Bea"
    assert "Ada" in french
    assert not french.startswith("Search")


class Person:
    """What a page may show: fields, a property, methods."""

    def __init__(self, name: str) -> None:
        self.name, self.many, self._hidden = name, {"items": 3, "inner": {"name": "<i>"}}, "hidden"

    def __str__(self) -> str:
        return f"<{self.name}>"

    @property
    def silent(self) -> str:
        raise AttributeError("nothing to say")

    @property
    def not_there(self) -> str:
        raise ObjectDoesNotExist

    def said(self) -> str:
        return f"said by {self.name}"

    def asks(self, what: str) -> str:
        return what

    def erase(self) -> str:
        return "erased"

    erase.alters_data = True  # type: ignore[attr-defined]


VALUES = (
    "text", "safe", "nothing", "many", "some", "whole", "yes", "day", "instant", "key", "lazy", "listed", "listed.0", "listed.7",
    "person", "person.name", "person.many", "person.many.inner.name", "person.many.items", "person.many.other", "person.said",
    "person.asks", "person.erase", "person.nowhere", "person.nowhere.further", "person.not_there", "person.said.upper", "pair",
    "pair.first", "pair.1", "kind", "nowhere", "text.upper", "text|upper", "text|upper|lower", "person.many.inner.name|length",
    "safe|upper", "nowhere|default:text", "negative",
)  # fmt: skip
"""Every sort of value a page is given, and every way to one."""


class Pair(NamedTuple):
    first: str
    second: int


def given() -> dict[str, Any]:
    return {
        "text": "<b>&'\"</b>", "safe": mark_safe("<b>"), "nothing": None, "many": 1234567, "some": 12, "whole": Decimal("1234.50"),
        "yes": True, "day": date(2026, 3, 9), "instant": datetime(2026, 3, 9, 12, tzinfo=UTC), "key": UUID(int=7), "negative": -3,
        "lazy": gettext_lazy("Search"), "listed": ["<a>", "b"], "person": Person("<Ada>"), "pair": Pair("<one>", 2), "kind": Person,
    }  # fmt: skip


@pytest.mark.parametrize(
    "around",
    [
        "{{ %s }}",
        "{%% if %s %%}yes{%% else %%}no{%% endif %%}",
        "{%% with one=%s %%}[{{ one }}]{%% endwith %%}",
        "{%% blocktranslate with one=%s %%}said {{ one }}{%% endblocktranslate %%}",
        "{%% autoescape off %%}{{ %s }}{%% endautoescape %%}",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_value_is_shown_as_django_shows_it(around: str, language: str) -> None:
    ours, djangos = {}, {}
    with translation.override(language):
        for value in VALUES:
            near = Template(around % value)
            ours[value] = near.render(Context(given()))
            djangos[value] = Template("{% load i18n %}" + around % value).render(Context(given()))
    assert ours == djangos


@pytest.mark.parametrize("source", ["{{ person.silent }}", "{% if person.silent %}{% endif %}"])
def test_what_a_value_raises_is_raised(source: str) -> None:
    """A mistake in our own code is not shown as a blank."""
    near = Template(source)
    for one in (near, Template(source)):
        with pytest.raises(AttributeError, match="nothing to say"):
            one.render(Context(given()))


def test_a_text_that_was_typed_is_always_escaped() -> None:
    near = Template("{{ text }} {{ person.name }} {% for one in listed %}{{ one }}{% endfor %} {{ person.many.inner.name }}")
    said = near.render(Context(given()))
    assert said == "&lt;b&gt;&amp;&#x27;&quot;&lt;/b&gt; &lt;Ada&gt; &lt;a&gt;b &lt;i&gt;"


ADDRESSES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("cases:worklist", ()),
    ("cases:case", ("Q7XW2M4K",)),
    ("cases:case", ("ZZZZZZZZ",)),
    ("cases:case", ("a code with <signs>",)),
    ("cases:fact_new", ("Q7XW2M4K", "person_described")),
    ("cases:access_end", ("12345678", UUID(int=9))),
    ("cases:access_end", ("00000000", UUID(int=0))),
    ("cases:access_end", ("Q7XW2M4K", UUID("00000000-0000-4000-8000-000000000000"))),
    ("cases:task_snooze", (UUID("00000000-0000-4000-8000-000000000001"),)),
)


@pytest.mark.parametrize(("name", "arguments"), ADDRESSES)
def test_an_address_is_the_one_that_django_gives(name: str, arguments: tuple[Any, ...]) -> None:
    source = f"{{% url '{name}' {' '.join(f'a{at}' for at in range(len(arguments)))} %}}"
    told = Context({f"a{at}": one for at, one in enumerate(arguments)})
    assert Template(source).render(told) == escape(reverse(name, args=arguments))


def test_no_address_that_is_kept_holds_a_code() -> None:
    """What is kept in a process outlives the request: it says nothing of whose files were opened."""
    source = Template("{% url 'cases:case' code %}")
    source.render(Context({"code": "Q7XW2M4K"}))
    before = _with_places.cache_info()
    source.render(Context({"code": "8KDN3RTA"}))
    after = _with_places.cache_info()
    assert (after.hits, after.currsize) == (before.hits + 1, before.currsize)


PARTS = {
    "plain": "({{ one }}{{ two }})",
    "sets": "{% get_current_language as inside %}({{ inside }})",
    "counts": "{% cycle 'a' 'b' %}",
    "child": '{% extends "base" %}{% block told %}child{% endblock %}',
    "base": "base {% block told %}none{% endblock %}",
    "itself": "{{ deep }}{% if deep %}{% include 'itself' with deep=deep|slice:'1:' %}{% endif %}",
}
WHOLES = (
    '{% include "plain" %}', '{% include "plain" with two="<b>" %}', '{% include "plain" with two=typed only %}',
    '{% include named %}', '{% include "sets" %}[{{ inside }}]',
    '{% for one in listed %}{% include "counts" %}{% endfor %}', '{% include "child" %}', '{% include "itself" with deep="abc" %}',
    '{% block told %}{% for one in listed %}{% include "plain" with two=forloop.counter %}{% endfor %}{% endblock %}',
    '{% for one in listed %}{% include "base" %}{% endfor %}',
)  # fmt: skip


@pytest.mark.parametrize("whole", WHOLES)
def test_a_part_is_written_as_django_writes_it(whole: str) -> None:
    told = {"one": "<1>", "typed": "<t>", "named": "plain", "listed": ["x", "y", "z"]}
    loaders = [("django.template.loaders.locmem.Loader", {**PARTS, "whole": whole})]
    builtins = ["django.templatetags.i18n"]
    django, ours = Engine(loaders=loaders, builtins=builtins), Engine(loaders=loaders, builtins=[*builtins, "repere.web.components.steady"])
    for _ in range(2):
        assert ours.get_template("whole").render(Context(told)) == django.get_template("whole").render(Context(told))


def test_a_drawing_stands_in_the_template_or_is_named_by_a_value() -> None:
    near = Template('{% icon "down" %}{% icon name %}')
    first, second = near.render(Context({"name": "open"})).split("</svg>")[:2]
    assert "<path d=" in first
    assert "<path d=" in second
    assert first != second
