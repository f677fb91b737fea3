"""Written examples: who holds which office, and where a journey leads, in sentences made up from lists.

What the data hardly has and news is full of: a country named by its adjective ("Uzbek leader") and asked for by its name
("Uzbekistan's president"), and a place that follows from the order of a journey.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from qa.countries import adjectives
from qa.training.examples import TrainingExample

OFFICES = {
    "president": ("president", "leader", "head of state"),
    "leader": ("leader", "president", "head of state"),
    "prime minister": ("prime minister", "head of government", "premier"),
    "foreign minister": ("foreign minister", "minister of foreign affairs", "top diplomat"),
    "defence minister": ("defence minister", "minister of defence"),
    "finance minister": ("finance minister", "minister of finance"),
    "energy minister": ("energy minister", "minister of energy"),
    "ambassador": ("ambassador", "envoy"),
}
CALLED = (
    "{adjective} {Office} {name}",
    "{adjective} {office} {name}",
    "{country}'s {office} {name}",
    "{country}'s {office}, {name},",
    "the {adjective} {office}, {name},",
    "{Office} {name} of {country}",
    "{name}, the {office} of {country},",
)
ACTS = (
    "met {other} in {town}",
    "held talks with {other}",
    "flew to {town} to see {other}",
    "signed an agreement with {other}",
    "spoke by telephone with {other}",
    "received {other} at the airport of {town}",
    "stood in for {other} at the summit in {town}",
    "dined with {other} before the conference",
    "criticised {other} in an interview",
)
OPENINGS = ("", "On {day}, ", "Last week ", "Earlier, ", "In {month}, ", "According to officials, ")
ASKED = (
    "Who is {country}'s {asked}?",
    "Who is the {asked} of {country}?",
    "What is the {adjective} {asked} called?",
    "Who is the {adjective} {asked}?",
    "What is the {asked} of {country} called?",
    "What is the name of {country}'s {asked}?",
)
TRAVELS = (
    "{name} arrived in {first} on {day} and went on to {second} two days later.",
    "After {first}, {name} is expected in {second} on {day}.",
    "{name} will visit {first} and then {second}.",
    "Before flying to {second}, {name} spent a day in {first}.",
    "{name} began the tour in {first}; from there the delegation left for {second}.",
    "In {first} {name} spoke of trade. In {second}, too, the talks were about money.",
)
ASKED_NEXT = ("Which country did {name} {go} after {first}?", "Where did {name} {go} after {first}?")
ASKED_BEFORE = ("Which country did {name} {go} before {second}?", "Where was {name} before {second}?")
GO = ("visit", "go to", "fly to")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
PERSON = re.compile(r"[A-Z]\w+(?: [A-Z][\w.]*)? [A-Z]\w+")
TOWN = re.compile(r"(?<= in )[A-Z][a-z]{3,}(?=[ ,.])")
BETWEEN = re.compile(r"(?<=[a-z][.!?]) (?=[A-Z])")


def statesmen(examples: Sequence[TrainingExample], count: int, rng: random.Random) -> list[TrainingExample]:
    """``count`` questions about made-up sentences that stand among those of the examples' passages; one in six has no answer.

    People are answers to questions for who, towns are named in the passages; offices and countries are given by lot.
    """
    passages = sorted({example.passage for example in examples})
    answers = {e.answer for e in examples if e.answer and e.question.lower().startswith("who ")}
    people = sorted(answer for answer in answers if PERSON.fullmatch(answer))
    towns = sorted(set(TOWN.findall("\n".join(passages))))
    made = (_office(people, towns, rng) if rng.random() < 0.7 else _journey(people, rng) for _ in range(count))
    return [
        _placed(f"statesmen-{number}", sentences, question, answer, rng.choice(passages), rng)
        for number, (sentences, question, answer) in enumerate(made)
    ]


Made = tuple[str, str, str | None]


def _office(people: Sequence[str], towns: Sequence[str], rng: random.Random) -> Made:
    """Sentences of office holders, a question for one of them, and the name."""
    lands = rng.sample(sorted(adjectives().items()), 4)
    titles = [rng.choice(list(OFFICES)) for _ in lands]
    holders = rng.sample(people, 4)
    called = [
        rng.choice(CALLED).format(adjective=land[0], country=land[1], office=title, Office=title.title(), name=name)
        for land, title, name in zip(lands, titles, holders, strict=True)
    ]
    sentences = []
    for at in range(0, rng.choice((2, 4)), 2):
        opening = rng.choice(OPENINGS).format(day=rng.choice(DAYS), month=rng.choice(MONTHS))
        act = rng.choice(ACTS).format(other=called[at + 1], town=rng.choice(towns))
        one = f"{opening}{called[at]} {act}".rstrip(",").replace(", ,", ",") + "."
        sentences.append(one[0].upper() + one[1:])
    asked = rng.randrange(2 * len(sentences))
    answer: str | None = holders[asked]
    adjective, country = lands[asked]
    if rng.random() < 0.25:  # another country's
        adjective, country = rng.choice(sorted(set(adjectives().items()) - set(lands)))
        answer = None
    question = rng.choice(ASKED).format(country=country, adjective=adjective, asked=rng.choice(OFFICES[titles[asked]]))
    return " ".join(sentences), question, answer


def _journey(people: Sequence[str], rng: random.Random) -> Made:
    """Sentences of a journey, a question for one of its stations, and the country."""
    (_, first), (_, second), (_, third) = rng.sample(sorted(adjectives().items()), 3)
    name = rng.choice(people)
    sentence = rng.choice(TRAVELS).format(name=name, first=first, second=second, day=rng.choice(DAYS))
    if rng.random() < 0.5:
        sentence += f" {rng.choice(people)} was in {third} at the time."
    go = rng.choice(GO)
    if rng.random() < 0.65:
        return sentence, rng.choice(ASKED_NEXT).format(name=name, go=go, first=first), second
    return sentence, rng.choice(ASKED_BEFORE).format(name=name, go=go, second=second), first


def _placed(
    name: str, sentences: str, question: str, answer: str | None, passage: str, rng: random.Random
) -> TrainingExample:
    """The sentences put between two of the passage's, and the question to them."""
    place = rng.choice([0, *(found.end() for found in BETWEEN.finditer(passage))])
    whole = f"{passage[:place]}{sentences} {passage[place:]}"
    if answer is None:
        return TrainingExample(name, name, question, whole, None, None)
    start = place + sentences.index(answer)
    return TrainingExample(name, name, question, whole, start, start + len(answer))
