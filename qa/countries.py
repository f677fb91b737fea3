"""Countries, what is named after them ("Uzbek" and "Uzbekistan" are one place), and places that are none."""

from __future__ import annotations

import re
from functools import cache

ASKED = re.compile(
    r"^(?:and |so |but )?(?:(?:in|to|from|of|with|for|by|through) )?(?:which|what) (?:other )?countr(?:y|ies)\b", re.I
)
PART_OF_THE_WORLD = re.compile(
    r"(?:(?:(?:north|south|east|west)(?:-?east|-?west)?(?:ern)?|central|latin|sub-saharan) )*"
    r"(?:asia|europe|africa|oceania|americas)"
    r"|(?:(?:north|south)(?:ern)?|central|latin) america|(?:middle|near|far) east"
)


@cache
def adjectives() -> dict[str, str]:
    """Each country by its adjective in one word ("Uzbek", "French")."""
    from countryinfo import all_countries

    found: dict[str, str] = {}
    for country in all_countries():
        name, adjective = country.name(), country.demonym()
        if name.endswith("stan") and name != "Pakistan":
            adjective = re.sub("i?stan$", "", name)
        if isinstance(adjective, str) and adjective.isalpha() and len(name.split()) <= 2:
            found.setdefault(adjective, name)
    return found


def asks_for_country(question: str) -> bool:
    """Whether a question asks "which country"."""
    return ASKED.match(question.strip()) is not None


def is_no_country(text: str) -> bool:
    """Whether a text names a part of the world or a capital, and no country is called so."""
    place = text.strip().casefold().removeprefix("the ")
    countries, capitals = _places()
    return place not in countries and (place in capitals or PART_OF_THE_WORLD.fullmatch(place) is not None)


@cache
def _places() -> tuple[frozenset[str], frozenset[str]]:
    """The names of countries and of capitals, in lower case."""
    from countryinfo import all_countries

    every = all_countries()
    names = {name.casefold() for country in every for name in (country.name(), *country.alt_spellings())}
    capitals = {capital.casefold() for country in every if isinstance(capital := country.capital(), str) and capital}
    return frozenset(names), frozenset(capitals)
