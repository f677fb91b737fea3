"""Which questions ask for a country, and which places are none."""

from __future__ import annotations

import pytest
from countryinfo import all_countries

from qa.countries import asks_for_country, is_no_country


@pytest.mark.parametrize(
    "asked",
    [
        "Which country won?",
        "which countries border Chad",
        " In what country is Oruro?",
        "And from which other countries?",
    ],
)
def test_asks_for_a_country(asked: str):
    assert asks_for_country(asked)


@pytest.mark.parametrize(
    "asked", ["Whose country is it?", "How many countries?", "Which city?", "Who left the country?", "Country?"]
)
def test_asks_for_something_else(asked: str):
    assert not asks_for_country(asked)


@pytest.mark.parametrize("place", ["Central Asia", "Europe", "moscow", "the Americas", " Kuwait City "])
def test_parts_of_the_world_and_capitals_are_no_countries(place: str):
    assert is_no_country(place)


@pytest.mark.parametrize("place", ["Uzbekistan", "the United States", "England", "Mr. Blinken", "", "Oruro"])
def test_other_words_may_be_countries(place: str):
    assert not is_no_country(place)


def test_no_country_is_taken_for_none():
    assert not [country.name() for country in all_countries() if is_no_country(country.name())]
