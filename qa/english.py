"""English that several modules need: words of questions, names, figures, and the calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable

QUESTION_WORDS = tuple("who whom whose what when where which why how".split())
BE, DO, HAVE = tuple("is are was were am".split()), ("do", "does", "did"), ("has", "have", "had")
MODALS = tuple("can could will would shall should may might must".split())
AUXILIARIES = (*BE, *DO, *HAVE, *MODALS)
PREPOSITIONS = tuple("in on at by to of for from with after before since until about".split())
PEOPLE = tuple("he him she his her hers".split())  # pronouns for people; THINGS are those for things
THINGS = tuple("it its they them their these those this".split())
FUNCTION_WORDS = tuple(  # the others that hold a sentence together
    "a an the and or but nor not no as than then so if be been being having doing into over under between among during through "
    "against per up down out off i we you me us my our your there here some any all more most much many very also just only "
    "other another each both own same such too".split()
)
NUMBERS = tuple("two three four five six seven eight nine ten".split())
QUANTITIES = tuple(  # that say how much without a number
    "hundreds thousands millions billions trillions tens dozens all both none no nothing half quarter third most many few several "
    "couple free unlimited double twice triple once majority minority until seconds minutes hours days weeks months years decades "
    "century centuries".split()
)
TIMES = tuple(  # that say when without a number
    "century centuries decade decades year years month months week weeks day days weekday weekdays weekend weekends season spring "
    "summer autumn winter morning noon afternoon evening night midnight dawn dusk sunrise sunset today yesterday tomorrow ago now "
    "never always daily weekly monthly yearly annually earlier later recently soon immediately early mid late antiquity "
    "renaissance easter christmas beginning middle end".split()
)
MONTHS = tuple("January February March April May June July August September October November December".split())
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())

LINK = "(?:(?:of the|of|the|de|von|van) )?"  # what may stand between the words of a name
CAPITALISED = "[A-Z][\\w’'-]*"
NAME = rf"{CAPITALISED}(?:\s+{LINK}{CAPITALISED})*"
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def any_of(words: Iterable[str]) -> str:
    """A pattern that matches any of the words."""
    return f"(?:{'|'.join(words)})"
