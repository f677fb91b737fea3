"""Questions for the statesmen of a country."""

from __future__ import annotations

import random
from dataclasses import replace

from training_fakes import example

from qa.countries import adjectives
from qa.training.statesmen import statesmen


def test_a_country_is_known_by_its_adjective():
    assert {"Uzbek": "Uzbekistan", "French": "France", "Pakistani": "Pakistan"}.items() <= adjectives().items()


def test_statesmen_are_asked_for_by_their_country_and_stand_where_the_example_says():
    named = [replace(example(n), question="Who was it?", passage=f"{first} Stone came. Then he left. He was in {first}ville, too.",
                     start=0, end=len(first) + 6, votes=())
             for n, first in enumerate("Adam Brian Carl David Edgar Frank".split())]  # fmt: skip
    made = statesmen(named, 300, random.Random(0))
    assert len({one.id for one in made}) == 300
    silent = [one for one in made if one.answer is None]
    assert 20 < len(silent) < 100
    people = {one.answer for one in named}
    places = set(adjectives().values())
    for one in made:
        about = [land for pair in adjectives().items() for land in pair if land in one.question]
        assert one.answer is None or one.answer in people | places
        assert about and (one.answer not in places or one.answer not in one.question)
