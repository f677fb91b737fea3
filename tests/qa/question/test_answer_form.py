from __future__ import annotations

import time

import pytest

from qa.question.answer_form import Form, bullets, counting, form_of, items, number_asked, whole_list


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("Who heads the agency?", "span"),
        ("When was the SCO founded?", "span"),
        ("How much do the agreements come to?", "span"),
        ("Name all of the harbours", "list"),
        ("How many countries border Kazakhstan?", "span"),
        ("What is the capital of France?", "span"),
        ("Which country did Macron visit?", "span"),
        ("Which process was used?", "span"),
        ("", "span"),
        ("Astana", "span"),
        ("Is Kazakhstan a member of the SCO?", "yes_no"),
        ("Did Blinken travel to Astana?", "yes_no"),
        ("and has the border been closed", "yes_no"),
        ("Isn't the border long?", "yes_no"),
        ("Isn’t the border long?", "yes_no"),
        ("Is it Astana or Almaty?", "span"),  # a choice asks for one of the two
        ("Island nations of Asia?", "span"),  # "is" is not a word here
        ("Why did Macron travel to Astana?", "reason"),
        ("How did the deal come about?", "reason"),
        ("What was the reason for the visit?", "reason"),
        ("Which countries did Macron visit?", "list"),
        ("Which two countries did Macron visit?", "list"),
        ("Name the members of the SCO.", "list"),
        ("Who are the presidents of Central Asia?", "list"),
        ("Which of the two mills is older?", "span"),
        ("Which one of the three does not burn?", "span"),
        ("Which of the two mills are old?", "list"),
        ("To which cities did he fly?", "list"),
        ("  WHICH COUNTRIES did he visit?", "list"),
    ],
)
def test_form_of(question: str, form: Form):
    assert form_of(question) == form


TEXT = "He met Kazakhstan, Kyrgyzstan, Tajikistan and Uzbekistan in the city of Bishkek on Monday."


def listed(chosen: str, text: str = TEXT) -> str:
    at = text.index(chosen)
    place = whole_list(text, at, at + len(chosen))
    return text[place.start : place.end]


def test_a_name_is_widened_to_its_list():
    assert listed("Kazakhstan, Kyrgyzstan") == "Kazakhstan, Kyrgyzstan, Tajikistan and Uzbekistan"
    assert (
        listed("Kazakhstan, Kyrgyzstan, Tajikistan and Uzbekistan")
        == "Kazakhstan, Kyrgyzstan, Tajikistan and Uzbekistan"
    )


def test_what_is_in_no_list_stays_as_it_is():
    assert listed("Bishkek") == "Bishkek"
    assert listed("city of Bishkek on Monday") == "city of Bishkek on Monday"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Kazakhstan, Kyrgyzstan and Uzbekistan", ["Kazakhstan", "Kyrgyzstan", "Uzbekistan"]),
        ("gas, oil, and wheat", ["gas", "oil", "wheat"]),
        ("gas as well as oil", ["gas", "oil"]),
        ("1,400 or 2,500", ["1,400", "2,500"]),
        ("Astana", ["Astana"]),
        ("Andorra", ["Andorra"]),
    ],
)
def test_items_are_places_in_the_text(text: str, parts: list[str]):
    padded = f"## {text} ##"
    places = items(padded, 3, 3 + len(text))
    assert [padded[place.start : place.end] for place in places] == parts


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        (
            "Boats that land here are the ferry Marigold, the cutter Tern and the smack Old Ben. They pay.",
            "Marigold",
            ["the ferry Marigold", "the cutter Tern", "the smack Old Ben"],
        ),
        (
            "Skerrow is bordered by Ellam to the north, the old moor to the east and the sea to the south.",
            "Ellam",
            ["Ellam to the north", "the old moor to the east", "the sea to the south"],
        ),
        ("The town of Skerrow, where he lived, and Port Ellam.", "Skerrow", ["Skerrow"]),
        ("The boat carries rye, which is dear, and oats.", "rye", ["rye"]),
    ],
)
def test_items_with_the_words_that_describe_them(text: str, answer: str, expected: list[str]):
    start = text.index(answer)
    place = whole_list(text, start, start + len(answer))
    assert [text[one.start : one.end].strip() for one in items(text, place.start, place.end)] == expected


def test_a_preposition_that_opens_the_sentence_is_no_part_of_a_name():
    assert listed("China", "For China and Russia the name does not fit.") == "China and Russia"


def test_two_describing_words_still_ask_for_a_list():
    assert form_of("Which small eastern towns did she visit?") == "span"
    assert form_of("Which Central Asian towns did she visit?") == "list"
    assert form_of("Which people were there?") == "list"


@pytest.mark.parametrize(
    ("question", "listing", "noun"),
    [
        ("How many old ships does the Board own?", "Which old ships does the Board own?", "ships"),
        ("How many people were present?", "Who were present?", ""),
    ],
)
def test_what_is_counted_can_be_listed(question: str, listing: str, noun: str):
    found = counting(question)
    assert found is not None and (found.listing, found.noun) == (listing, noun)


@pytest.mark.parametrize("question", ["How many years did he live?", "How much is it?", "How many metres long is it?"])
def test_a_measure_is_not_counted(question: str):
    assert counting(question) is None


@pytest.mark.parametrize("unit", ["Kazakh ", "Kazakh, ", "the Kazakh of the Uzbek ", "A.B. "])
def test_long_runs_of_names_take_no_time(unit: str):
    began = time.perf_counter()
    whole_list(unit * 4_000, 10, 14)
    assert time.perf_counter() - began < 1


KIT = "The boat carries:\n\n- two life rafts\n- a stretcher\n* flares, red or green\n\nHer crew trains at:\n1. Ellam\n2. Skerrow\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("a stretcher", ["two life rafts", "a stretcher", "flares, red or green"]),
        ("two life rafts\n- a stretcher", ["two life rafts", "a stretcher", "flares, red or green"]),
        ("2. Skerrow", ["Ellam", "Skerrow"]),
        ("The boat", ["The boat"]),
        ("Her crew", ["Her crew"]),
    ],
)
def test_bullets_and_numbered_lines_are_items(answer: str, expected: list[str]):
    at = KIT.index(answer)
    place = whole_list(KIT, at, at + len(answer))
    assert [KIT[one.start : one.end] for one in items(KIT, place.start, place.end)] == expected


def test_an_item_goes_on_in_lines_that_are_set_in():
    text = "- two rafts\n  for ten people\n- a pump \n  - its hose\n\n  It was new.\n"
    assert [text[one.start : one.end] for one in bullets(text, 2, 5)] == [
        "two rafts\n  for ten people",
        "a pump",
        "its hose",
    ]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Who were the three mayors?", 3),
        ("Which two old towns lie there?", 2),
        ("Who was it?", None),
        ("Which of the two mills is older?", None),
    ],
)
def test_the_number_of_things_asked_for(question: str, number: int | None):
    assert number_asked(question) == number
