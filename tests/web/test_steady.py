"""Sentences and addresses that templates remember say what Django would say, in each language and for each reader."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

SENTENCES = {
    '{% blocktranslate trimmed with time="18:00" %}said {{ time }}{% endblocktranslate %}': "said 18:00",
    "{% blocktranslate trimmed with name=typed %}said {{ name }}{% endblocktranslate %}": "said &lt;b&gt;",
    "{% blocktranslate %}{{ there }} is there, {{ nowhere }} is not{% endblocktranslate %}": "here is there,  is not",
    "{% blocktranslate count number=many trimmed %}one file{% plural %}{{ number }} files{% endblocktranslate %}": "3 files",
    "{% blocktranslate asvar kept %}said{% endblocktranslate %}[{{ kept }}]": "[said]",
}


@pytest.mark.parametrize("source", SENTENCES)
def test_a_sentence_with_places_for_values_is_said_as_django_says_it(source: str) -> None:
    given = {"typed": "<b>", "there": "here", "many": 3}
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
