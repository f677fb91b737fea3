"""Long passages cut into pieces, and the other pieces as passages that lack the answer."""

from __future__ import annotations

import random
from dataclasses import replace

from training_fakes import asking

from qa.training.examples import TrainingExample
from qa.training.passages import LONGEST, beside, by_document, pieces, shortened

FILLING = " ".join(f"The weather of week {number} was as mild as that of the week before it." for number in range(20))
LONG = (
    f"Anna Berg wrote the hymn in Bergen. {FILLING} Later Anna Berg taught singing to the children of Oslo. {FILLING} "
    "Her brother Karl sold boats to fishermen."
)
SINGING = asking("Who taught singing to children?", LONG, "Anna Berg")


def any_rng() -> random.Random:
    return random.Random(0)


def test_a_short_passage_stays_whole():
    short = asking("Who wrote?", "Anna Berg wrote the hymn.", "Anna Berg")
    assert replace(shortened(short, any_rng()) or short, votes=short.votes) == short


def test_the_piece_is_the_one_that_speaks_of_the_question_not_the_first_that_names_the_answer():
    made = shortened(SINGING, any_rng())
    assert made is not None and made.answer == "Anna Berg"
    assert "taught singing" in made.passage and "hymn" not in made.passage
    assert len(made.passage.split()) <= LONGEST * 5 // 4


def test_a_long_answer_is_only_where_it_was_marked():
    sentence = "Later Anna Berg taught singing to the children of Oslo"
    made = shortened(asking("Who sold boats to fishermen?", LONG, sentence), any_rng())
    assert made is not None and made.answer == sentence


def test_of_a_list_the_piece_with_most_parts_is_taken_and_holds_their_places():
    parts = [LONG.index(word) for word in ("Bergen", "hymn", "Karl")]
    spans = tuple((start, start + length) for start, length in zip(parts, (6, 4, 4), strict=True))
    made = shortened(TrainingExample("l", "l", "Which words?", LONG, *spans[0], spans), any_rng())
    assert made is not None
    assert [made.passage[slice(*span)] for span in made.votes] == ["Bergen", "hymn"]


def test_an_answer_longer_than_any_piece_leaves_no_example():
    assert shortened(asking("What?", LONG, LONG[:-1]), any_rng()) is None


def test_without_an_answer_the_nearest_piece_is_taken():
    made = shortened(TrainingExample("u", "u", "Which boats did Karl buy?", LONG, None, None), any_rng())
    assert made is not None and made.answer is None and "Karl sold boats" in made.passage


def test_other_passages_of_the_document_do_not_hold_a_word_of_the_answer():
    documents = by_document([replace(SINGING, document="Anna")], any_rng())
    assert "".join(sorted(documents)) == "Anna" and len(documents["Anna"]) > 3
    positive = shortened(SINGING, any_rng())
    assert positive is not None
    made = beside(positive, documents["Anna"], 2, any_rng())
    assert len(made) == 2
    for negative in made:
        assert negative.answer is None and negative.group == positive.group
        assert "Anna" not in negative.passage and "Berg" not in negative.passage


def test_pieces_are_slices_of_the_passage_and_hold_its_every_word():
    cut = pieces(LONG, 120)
    assert len(cut) > 2
    assert {word for piece in cut for word in LONG[piece.start : piece.end].split()} == set(LONG.split())
