"""Questions that their passage does not answer."""

from __future__ import annotations

import random
import re

from training_fakes import SEA, asking, example

from qa.training.examples import TrainingExample
from qa.training.negatives import (
    retrieved,
    with_condition,
    with_other_passage_name,
    with_other_subject,
    with_roles_exchanged,
    without_answer_sentence,
)


def test_a_retrieved_negative_does_not_hold_the_answer():
    examples = [example(number, "Oslo" if number % 2 else "") for number in range(30)]
    made = retrieved(examples, [e.passage for e in examples], 12, random.Random(0))
    by_group = {e.group: e for e in examples}
    assert len(made) > 20
    for negative in made:
        positive = by_group[negative.group]
        assert negative.question == positive.question and negative.start is None
        assert (positive.answer or "").lower() not in negative.passage.lower()


def test_the_answering_sentence_is_taken_out():
    negative = without_answer_sentence(example(7))
    assert negative is not None and negative.answer is None
    assert negative.passage.startswith("In 1907 many people came to the mountains. Then it rained")
    assert "Town7" not in negative.passage and negative.group == "e7"


def test_where_the_answer_stands_again_its_sentence_is_not_taken_out():
    twice = example(7, passage=example(7).passage + " Everyone loved town7.")
    assert without_answer_sentence(twice) is None


def test_too_little_left_is_no_passage():
    assert without_answer_sentence(example(7, passage="Town7 is here. It is small.")) is None


def test_a_swapped_question_asks_about_another_subject_of_the_passage():
    passage = "People say that King Olaf lived in Oslo. Later Queen Maud lived in Bergen with her son."
    positive = TrainingExample(
        "s", "s", "Where did King Olaf live?", passage, passage.index("Oslo"), passage.index("Oslo") + 4
    )
    negative = with_other_subject(positive, random.Random(0))
    assert negative is not None and negative.start is None and negative.passage == passage
    assert negative.question in {"Where did Queen Maud live?", "Where did Bergen live?"}
    assert negative.group != positive.group  # another question, so not normalised together


def test_a_question_without_subject_is_not_swapped():
    positive = TrainingExample("s", "s", "where was it?", "It was in Oslo.", 10, 14)
    assert with_other_subject(positive, random.Random(0)) is None


def test_a_year_that_the_passage_does_not_name_makes_a_question_unanswerable():
    negative = with_condition(asking("Who founded Bergen?", SEA, "Olaf"), random.Random(0))
    assert negative is not None and re.fullmatch(
        r"Who founded Bergen (in|before|after|until) \d{4}\?", negative.question
    )
    assert with_condition(asking("When was Bergen founded?", SEA, "Olaf"), random.Random(0)) is None
    assert with_condition(asking("Who founded 2 towns?", SEA, "Olaf"), random.Random(0)) is None


def test_a_passage_about_another_name_does_not_answer():
    made = with_other_passage_name(asking("Who founded the city of Bergen?", "It is said that Bergen was founded by Olaf, "
        "who came from Oslo.", "Olaf"), random.Random(0))  # fmt: skip
    assert made is not None and made.answer is None and made.question == "Who founded the city of Bergen?"
    assert made.passage == "It is said that Oslo was founded by Olaf, who came from Oslo."


def test_a_question_with_its_names_exchanged_is_another():
    passage = "Olaf sailed from Bergen to Oslo with Maud."
    made = with_roles_exchanged(asking("How did he get from Bergen to Oslo?", passage, "sailed"))
    assert made is not None and made.answer is None and made.question == "How did he get from Oslo to Bergen?"
    for question in ("Who was in Bergen and Oslo?", "Who lives between the Bergen of old times and today's Oslo?",
        "What is in Rome or near Oslo?", "What is Oslo?"):  # fmt: skip
        assert with_roles_exchanged(asking(question, passage, "Maud")) is None
