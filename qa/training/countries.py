"""Countries and what is named after them: "Uzbek" and "Uzbekistan" are one place."""

from __future__ import annotations

import re
from functools import cache

from countryinfo import all_countries


@cache
def adjectives() -> dict[str, str]:
    """Each country by its adjective in one word ("Uzbek", "French")."""
    found: dict[str, str] = {}
    for country in all_countries():
        name, adjective = country.name(), country.demonym()
        if name.endswith("stan") and name != "Pakistan":
            adjective = re.sub("i?stan$", "", name)
        if isinstance(adjective, str) and adjective.isalpha() and len(name.split()) <= 2:
            found.setdefault(adjective, name)
    return found
