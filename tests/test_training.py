from __future__ import annotations

import json
import math
import random
import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from reader_fakes import tiny_shape, words_of, write_config, write_tokenizer
from safetensors.torch import load_file

from qa.network import SpanNetwork
from qa.reader import ExtractiveReader
from qa.training.command import finish, run
from qa.training.countries import adjectives
from qa.training.examples import Loaded, TrainingExample, detokenise, read_gold, read_qamr, read_squad
from qa.training.mixture import Mixture, Proportions, mix
from qa.training.negatives import (
    retrieved,
    with_condition,
    with_other_passage_name,
    with_other_subject,
    with_roles_exchanged,
    without_answer_sentence,
)
from qa.training.noise import as_typed, misspelt, ordered, tokenised
from qa.training.statesmen import statesmen
from qa.training.trainer import Batch, Feature, Recipe, Trainer, batches, collate, features, loss
from qa.weights import read_weights
from qa.windows import Pair, PairEncoder


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Networks this small are slower on several threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# --- files to examples

CONTEXT = "The SCO was founded in 2001, in Shanghai. It has nine members."


def squad(folder: Path, *questions: dict[str, object], context: str = CONTEXT) -> Path:
    path = folder / "squad.json"
    path.write_text(
        json.dumps({"data": [{"paragraphs": [{"context": context, "qas": list(questions)}]}]}), encoding="utf-8"
    )
    return path


def asked(name: str, *answers: tuple[str, int]) -> dict[str, object]:
    return {
        "id": name,
        "question": f"{name}?",
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
    }


def test_an_answer_is_taken_from_its_offset(tmp_path: Path):
    loaded = read_squad(squad(tmp_path, asked("when", ("2001", 23))))
    assert loaded.examples == [TrainingExample("when", "when", "when?", CONTEXT, 23, 27)]
    assert loaded.examples[0].answer == "2001" and loaded.skipped == []


def test_an_answer_that_is_not_at_its_offset_is_skipped_and_named(tmp_path: Path):
    loaded = read_squad(
        squad(tmp_path, asked("off", ("2001", 22)), asked("past", ("2001", 900)), asked("when", ("2001", 23)))
    )
    assert [example.id for example in loaded.examples] == ["when"]
    assert loaded.skipped == [
        f"squad.json: question {name}: its answer does not stand at its offset" for name in ("off", "past")
    ]


@pytest.mark.parametrize(
    "answer", [{"text": "2001"}, {"answer_start": 23}, {"text": "2001", "answer_start": None}, "2001"]
)
def test_an_answer_of_another_form_is_skipped_and_named(tmp_path: Path, answer: object):
    loaded = read_squad(
        squad(tmp_path, {"id": "odd", "question": "?", "answers": [answer]}, asked("when", ("2001", 23)))
    )
    assert [example.id for example in loaded.examples] == ["when"]
    assert len(loaded.skipped) == 1 and "question odd" in loaded.skipped[0]


def test_where_annotators_differ_the_commonest_answer_counts_and_of_equals_the_shortest(tmp_path: Path):
    commonest = asked("a", ("2001", 23), ("in 2001", 20), ("2001,", 23))  # without its comma the last is the first
    shortest = asked("b", ("in 2001", 20), ("2001", 23))
    read = read_squad(squad(tmp_path, commonest, shortest)).examples
    assert [example.answer for example in read] == ["2001", "2001"]
    assert [CONTEXT[slice(*vote)] for vote in read[1].votes] == ["in 2001", "2001", "in 2001", "in 2001"]


def test_unanswerable_questions_are_examples_without_answer(tmp_path: Path):
    impossible = {"id": "u", "question": "Who?", "answers": [], "is_impossible": True}
    assert read_squad(squad(tmp_path, impossible)).examples == [TrainingExample("u", "u", "Who?", CONTEXT, None, None)]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"data": [{}]}', '{"data": [{"paragraphs": [{"context": "", "qas": [{}]}]}]}']
)
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str):
    (tmp_path / "other.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.json: not a SQuAD-format file"):
        read_squad(tmp_path / "other.json")


def test_penn_treebank_tokens_become_a_sentence():
    tokens = "`` We do n't know , '' said Ann -LRB- 30 -RRB- , who 's paid $ 5 -- or 10 % .".split()
    made = detokenise(tokens)
    assert made.text == "\"We don't know,\" said Ann (30), who's paid $5 – or 10%."
    assert [made.text[start:end] for start, end in made.spans][:6] == ['"', "We", "do", "n't", "know", ","]


TOKENS = st.lists(st.sampled_from("Ann it '' `` \" -LRB- -RRB- 's n't , . $ -- % ' é 漢".split()), max_size=30)
WRITTEN = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"', "--": "–"}


@given(TOKENS)
def test_every_tokens_place_holds_its_written_form(tokens: list[str]):
    made = detokenise(tokens)
    assert [made.text[start:end] for start, end in made.spans] == [WRITTEN.get(token, token) for token in tokens]
    ends = [0, *(end for _, end in made.spans)]
    assert all(made.text[left:right] in ("", " ") for left, (right, _) in zip(ends, made.spans, strict=False))


def qamr(folder: Path, *rows: str) -> tuple[Path, Path]:
    """Three sentences of one document, and rows of: question, answer tokens, two validators' votes."""
    sentences, questions = folder / "sentences.tsv", folder / "qamr.tsv"
    texts = ["Ann met Bob in Oslo .", "Bob gave her a book .", "She read it -LRB- twice -RRB- ."]
    sentences.write_text("".join(f"W:w:1:{n}:0\t{text}\n" for n, text in enumerate(texts)), encoding="utf-8")
    questions.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return questions, sentences


def row(sentence: int, question: str, tokens: str, first: str, second: str) -> str:
    return f"W:w:1:{sentence}:0\t1 2\t9\t0\t1\t{question}\t{tokens}\t100:{first}\t200:{second}"


def test_qamr_rows_become_examples_in_a_passage_of_sentences(tmp_path: Path):
    loaded = read_qamr(*qamr(
        tmp_path,
        row(0, "Who was met?", "2", "2", "0"),
        row(1, "What did Bob give?", "3 4", "3 4", "4"),
        row(2, "How often?", "4", "4", "4"),
    ))  # fmt: skip
    assert [(e.question, e.answer) for e in loaded.examples] == [
        ("Who was met?", "Bob"), ("What did Bob give?", "a book"), ("How often?", "twice")]  # fmt: skip
    assert loaded.examples[2].passage.endswith("She read it (twice).")
    assert loaded.skipped == []


def test_qamr_answers_that_are_no_run_or_that_nobody_confirms_are_left_out(tmp_path: Path):
    loaded = read_qamr(*qamr(
        tmp_path,
        row(0, "Who met?", "0 2", "0 2", "0 2"),
        row(0, "Where?", "4", "0", "2"),
        row(0, "Who was met?", "2", "2", "2"),
        row(0, "Who was met?", "2", "2", "2"),  # again
        row(1, "Whom?", "2", "2", "2"),  # "her": a pronoun tells nobody anything
    ))  # fmt: skip
    assert [(e.question, e.answer) for e in loaded.examples] == [("Who was met?", "Bob")]


def test_qamr_rows_of_another_form_are_named(tmp_path: Path):
    loaded = read_qamr(
        *qamr(tmp_path, "three\tcells\tonly", row(9, "Who?", "0", "0", "0"), row(0, "Where?", "4", "4", "4"))
    )
    assert len(loaded.examples) == 1
    assert loaded.skipped == [f"qamr.tsv: line {number}: not a QAMR row of a known sentence" for number in (1, 2)]


ARTICLE = "# Title\n\nFirst paragraph.\n\nThe SCO was founded\nin 2001 by six states.\n\nLast paragraph about 2001.\n"


def gold(folder: Path, *rows: object) -> Path:
    (folder / "article.md").write_text(ARTICLE, encoding="utf-8")
    path = folder / "gold.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return path


def line(start: int | None, *answers: str, document: str = "article.md") -> dict[str, object]:
    return {
        "id": "g",
        "question": "When?",
        "answers": list(answers),
        "document": document,
        "start": start,
        "kind": "date",
    }


def test_a_gold_answer_is_read_in_its_paragraph(tmp_path: Path):
    [example] = read_gold(gold(tmp_path, line(ARTICLE.index("2001"), "2001", "in 2001")), tmp_path).examples
    assert example.answer == "2001"
    assert example.passage == "The SCO was founded\nin 2001 by six states."


def test_gold_answers_in_the_first_and_last_paragraph(tmp_path: Path):
    loaded = read_gold(gold(tmp_path, line(2, "Title"), line(ARTICLE.rindex("2001"), "2001")), tmp_path)
    assert [(e.answer, e.passage.strip()) for e in loaded.examples] == [
        ("Title", "# Title"), ("2001", "Last paragraph about 2001.")]  # fmt: skip


def test_gold_lines_that_cannot_be_trained_on_are_named(tmp_path: Path):
    path = gold(tmp_path, line(3, "2001"), line(3, "x", document="gone.md"), "{", line(None, "2001"), line(3))
    loaded = read_gold(path, tmp_path)
    assert loaded.examples == []
    # the last two have no place and no answer: nothing to train on, and nothing wrong with them
    assert [sentence.split(": ")[1] for sentence in loaded.skipped] == ["line 1", "line 2", "line 3"]


# --- negatives and the mixture


def example(number: int, answer: str = "", passage: str = "") -> TrainingExample:
    """A question about a town; its passage holds the town's name once."""
    answer = answer or f"Town{number}"
    passage = passage or (
        f"In {1900 + number} many people came to the mountains. {answer} is where King Olaf{number} was born. "
        "Then it rained for days and the river rose over its banks "
        "and nobody could cross the old bridge until the next spring came."
    )
    start = passage.index(answer)
    return TrainingExample(
        f"e{number}", f"e{number}", f"Where was King Olaf{number} born?", passage, start, start + len(answer)
    )


def test_a_retrieved_negative_does_not_hold_the_answer():
    examples = [example(number, "Oslo" if number % 2 else "") for number in range(30)]
    made = retrieved(examples, 12, random.Random(0))
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


def asking(question: str, passage: str, answer: str) -> TrainingExample:
    start = passage.index(answer)
    return TrainingExample("n", "n", question, passage, start, start + len(answer), ((start, start + len(answer)),))


SEA = "The largest port of Norway is Oslo. Bergen was founded by Olaf."


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


def test_questions_as_people_type_them():
    assert {as_typed("Who is the King of Norway?", random.Random(seed)) for seed in range(9)} == {
        "who is the king of norway", "who is king of norway"}  # fmt: skip


@given(st.integers(0, 10_000))
def test_a_misspelling_changes_one_long_word_and_not_its_first_letter(seed: int):
    made = misspelt("who is the president of it", random.Random(seed))
    assert made.startswith("who is the p") and made.endswith(" of it")
    assert abs(len(made) - len("who is the president of it")) <= 1
    assert misspelt("who is it", random.Random(seed)) == "who is it"


@given(st.text(st.sampled_from("ab 1.,'“”()\n é漢😀"), max_size=40), st.data())
def test_a_tokenised_passage_keeps_the_words_of_the_answer(text: str, data: st.DataObject):
    places = [number for number, character in enumerate(text) if not character.isspace()]
    if not places:
        return
    start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
    made = tokenised(TrainingExample("t", "t", "q", text, start, end + 1, ((start, end + 1),)))
    bare = str.maketrans({"“": "``", "”": "''", " ": "", "\n": ""})
    assert (made.answer or "").replace(" ", "") == text[start : end + 1].translate(bare)
    assert made.votes == ((made.start, made.end),)


def test_a_question_without_subject_is_not_swapped():
    positive = TrainingExample("s", "s", "where was it?", "It was in Oslo.", 10, 14)
    assert with_other_subject(positive, random.Random(0)) is None


NONE = {
    field.name: 0.0 for field in fields(Proportions) if field.name not in ("sources", "retrieved", "removed", "typed")
}
OF_TOWNS = Proportions({"towns": 200}, retrieved=0.5, removed=0.2, typed=1.0, **NONE)


@pytest.mark.parametrize("seed", range(12))
def test_an_order_in_the_passage_moves_the_answer_and_changes_nothing_else(seed: int):
    plain = TrainingExample("t", "t", "When?", CONTEXT, 23, 27, ((23, 27), (20, 27)))
    told = ordered(plain, "Atlantic", random.Random(seed))
    assert "Atlantic" in told.passage and CONTEXT in told.passage and told.answer == plain.answer
    assert [told.passage[start:end] for start, end in told.votes] == [CONTEXT[23:27], CONTEXT[20:27]]
    silent = ordered(replace(plain, start=None, end=None, votes=()), "Atlantic", random.Random(seed))
    assert silent.answer is None and "Atlantic" in silent.passage


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


def test_the_mixture_samples_holds_back_and_adds_negatives():
    loaded = Loaded([example(number) for number in range(300)], ["one was skipped"])
    mixture = mix({"towns": loaded}, OF_TOWNS, seed=1)
    positives = [e for e in mixture.train if e.start is not None]
    assert (len(positives), mixture.skipped) == (198, ["one was skipped"])  # 200 less a hundredth
    assert sum(e.id.endswith("-retrieved") for e in mixture.train) == 99
    assert sum(e.id.endswith("-removed") for e in mixture.train) == 39
    assert all(not e.question.endswith("?") for e in mixture.train) and mixture.dev[0].question.endswith("?")
    held = {e.group for e in mixture.dev}
    assert not held & {e.group for e in mixture.train}
    assert mix({"towns": loaded}, OF_TOWNS, seed=1) == mixture


def test_a_source_asked_for_more_than_it_has_is_gone_through_again_as_other_questions():
    loaded = Loaded([example(number) for number in range(100)])
    mixture = mix({"towns": loaded}, Proportions({"towns": 250}, retrieved=0.0, removed=0.0, **NONE), seed=1)
    assert len(mixture.train) == len({e.id for e in mixture.train}) == 249
    assert len({e.passage for e in mixture.train}) == 99


def test_a_mixture_is_read_as_it_was_written(tmp_path: Path):
    voted = TrainingExample("v", "v", "When?", CONTEXT, 23, 27, ((23, 27), (20, 27)))
    Mixture([voted, example(1)], [example(2)], ["one"]).write(tmp_path / "examples.json")
    assert Mixture.read(tmp_path / "examples.json") == Mixture([voted, example(1)], [example(2)], ["one"])


# --- features, batches, loss


def encoder(folder: Path, *texts: str, window: int = 64) -> PairEncoder:
    return PairEncoder.open(write_tokenizer(folder, words_of(*texts)), window, window // 4)


def test_a_feature_points_at_the_answers_characters(tmp_path: Path):
    examples = [example(number) for number in range(6)]
    encodes = encoder(tmp_path, *(e.passage + " " + e.question for e in examples), window=32)
    made = features(encodes, examples)
    assert [feature.group for feature in made] == [0, 1, 2, 3, 4, 5]
    for feature, positive in zip(made, examples, strict=True):
        windows = encodes.encode([Pair(positive.question, positive.passage)])
        window = next(window for window in windows if window.ids == feature.ids)
        [(first, last)] = feature.spans
        start, end = window.offsets[first][0], window.offsets[last][1]
        assert positive.passage[start:end] == positive.answer
        assert feature.context == int(np.flatnonzero(window.context)[0])


def test_an_answer_in_a_later_window_is_found_there(tmp_path: Path):
    passage = "filler " * 60 + "Oslo " + "filler " * 10
    positive = TrainingExample("a", "a", "where", passage, 420, 424)
    [feature] = features(encoder(tmp_path, "filler Oslo where", window=24), [positive])
    oslo = words_of("filler Oslo where").index("Oslo") + 4
    [(first, last)] = feature.spans
    assert [feature.ids[place] for place in range(first, last + 1)] == [oslo]


def test_every_annotators_span_is_a_target(tmp_path: Path):
    votes = ((2, 3), (0, 3), (2, 3))
    [feature] = features(encoder(tmp_path, "x y where"), [TrainingExample("a", "a", "where", "x y", 2, 3, votes)])
    assert feature.spans == [(4, 4), (3, 4), (4, 4)]
    target = collate([feature], 0).target[0]
    assert target[3:5].tolist() == [[pytest.approx(1 / 3), 0], [pytest.approx(2 / 3), 1]]
    assert target.sum(0).tolist() == [pytest.approx(1), 1]


def test_an_answer_longer_than_a_window_gives_no_feature(tmp_path: Path):
    passage = "filler " * 60
    assert features(encoder(tmp_path, "filler", window=24), [TrainingExample("a", "a", "where", passage, 0, 419)]) == []


def test_without_an_answer_both_tokens_are_the_null(tmp_path: Path):
    [feature] = features(encoder(tmp_path, "filler"), [TrainingExample("a", "a", "where", "filler filler", None, None)])
    assert feature.spans == [(0, 0)]


def test_windows_of_one_question_share_its_number(tmp_path: Path):
    shared = [TrainingExample("a", "q", "where", "x y", 0, 1), TrainingExample("b", "p", "where", "x y", 0, 1),
              TrainingExample("a-removed", "q", "where", "y", None, None)]  # fmt: skip
    assert [feature.group for feature in features(encoder(tmp_path, "x y where"), shared)] == [0, 1, 0]


def plain(group: int, length: int) -> Feature:
    return Feature(group, [5] * length, 2, [(0, 0)])


def test_batches_keep_a_questions_windows_together_and_every_window_once():
    generator = random.Random(0)
    made = [plain(group, generator.randint(5, 60)) for group in range(100) for _ in range(generator.randint(1, 3))]
    epoch = list(batches(made, budget=512, seed=3))
    assert sorted(map(id, (feature for batch in epoch for feature in batch))) == sorted(map(id, made))
    groups = [{feature.group for feature in batch} for batch in epoch]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 100
    for batch in epoch:
        width = math.ceil(max(len(feature.ids) for feature in batch) / 32) * 32
        assert width * len(batch) <= 512 or len({feature.group for feature in batch}) == 1


def test_an_epoch_is_repeatable_and_the_next_is_another():
    made = [plain(group, 10) for group in range(50)]
    order = [[f.group for batch in batches(made, 512, seed) for f in batch] for seed in (1, 1, 2)]
    assert order[0] == order[1] != order[2]


def test_a_batch_is_padded_and_allows_the_passage_alone():
    batch = collate([Feature(4, [1, 5, 2, 7, 8, 2], 3, [(3, 4)]), Feature(9, [1, 5, 2, 7, 2], 3, [(0, 0)])], pad=0)
    assert batch.ids.shape == (2, 32)
    assert batch.ids[1, :6].tolist() == [1, 5, 2, 7, 2, 0]
    assert batch.mask.sum(dim=1).tolist() == [6, 5]
    assert batch.allowed.nonzero().tolist() == [[0, 3], [0, 4], [1, 3]]  # neither the question nor the marks
    assert batch.target.nonzero().tolist() == [[0, 3, 0], [0, 4, 1], [1, 0, 0], [1, 0, 1]]
    assert batch.group.tolist() == [4, 9]


def small_batch(target: list[list[int]], group: list[int]) -> Batch:
    """Windows of five tokens: null, question, two of the passage, end."""
    rows = len(target)
    allowed = torch.tensor([[False, False, True, True, False]] * rows)
    ids, mask = torch.zeros(rows, 5, dtype=torch.long), torch.ones(rows, 5, dtype=torch.bool)
    shares = torch.zeros(rows, 5, 2)
    for number, span in enumerate(target):
        shares[number, span, [0, 1]] = 1.0
    return Batch(ids, mask, allowed, shares, torch.tensor(group))


def test_the_loss_of_equal_logits_is_that_of_three_open_tokens():
    assert loss(torch.zeros(1, 5, 2), small_batch([[2, 3]], [0]), 0.0).item() == pytest.approx(math.log(3))


def test_the_loss_is_the_mean_of_start_and_end():
    logits = torch.zeros(1, 5, 2)
    logits[0, 2, 0] = math.log(2)  # start: 2 of 1 + 2 + 1
    logits[0, 0, 1] = math.log(3)  # end: the null has 3 of 3 + 1 + 1, the target 1
    logits[0, 1], logits[0, 4] = 50.0, 50.0  # the question and the end mark do not count
    wanted = (-math.log(2 / 4) - math.log(1 / 5)) / 2
    assert loss(logits, small_batch([[2, 3]], [0]), 0.0).item() == pytest.approx(wanted)


def test_two_windows_of_one_question_are_normalised_together():
    logits = torch.zeros(2, 5, 2)
    logits[1] += 9.0  # a constant of the second window, which its own null takes away again
    batch = small_batch([[2, 2], [0, 0]], [7, 7])
    alone, together = loss(logits, batch, 0.0).item(), loss(logits, batch, 0.5).item()
    assert alone == pytest.approx(math.log(3))
    assert together - alone == pytest.approx(0.5 * math.log(4))  # the answer is one of the two windows' four tokens


def test_windows_of_different_questions_are_not():
    logits = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0))
    batch = small_batch([[2, 2], [0, 0]], [7, 8])
    assert loss(logits, batch, 0.5).item() == loss(logits, batch, 0.0).item()


# --- the loop


def base(folder: Path, examples: list[TrainingExample]) -> Path:
    """A bare tiny encoder with a tokenizer of the examples' words."""
    words = words_of(*(e.passage + " " + e.question for e in examples))
    vocabulary = len(set(words)) + 4
    torch.manual_seed(0)
    model = transformers.MPNetModel(transformers.AutoConfig.for_model(**tiny_shape("mpnet", vocabulary)))
    model.save_pretrained(folder)
    return write_tokenizer(write_config(folder, "mpnet", vocab_size=vocabulary), words)


RECIPE = Recipe(layers=2, frozen_layers=0, learning_rate=5e-3, warmup=2, batch_tokens=512, window=64)


def trainer(start: Path, out: Path) -> Trainer:
    torch.manual_seed(0)
    network = SpanNetwork.load(start, load_file(start / "model.safetensors"))
    return Trainer(network, PairEncoder.open(start, 64, 16), RECIPE, start, out)


EXAMPLES = [example(number) for number in range(16)]


def losses(log: Path) -> list[dict[str, float]]:
    return [json.loads(text) for text in log.read_text(encoding="utf-8").splitlines()]


def test_a_few_steps_lower_the_loss(tmp_path: Path):
    training = trainer(base(tmp_path / "base", EXAMPLES), tmp_path / "out")
    batch = collate(features(training.encoder, EXAMPLES)[:4], training.encoder.pad)
    seen = [training.step(batch, step, 20) for step in range(20)]
    assert seen[-1] < 0.7 * seen[0]


def test_frozen_layers_stay_as_they_are(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    network = SpanNetwork.load(start, load_file(start / "model.safetensors"))
    recipe = Recipe(layers=2, frozen_layers=1, warmup=1)
    training = Trainer(network, PairEncoder.open(start, 64, 16), recipe, start, tmp_path / "out")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    training.step(collate(features(training.encoder, EXAMPLES)[:4], 0), 1, 10)
    moved = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and all(name.startswith(("layers.1.", "span.")) for name in moved)


def test_a_run_ends_with_a_checkpoint_and_its_score(tmp_path: Path):
    training = trainer(base(tmp_path / "base", EXAMPLES), tmp_path / "out")
    training.run(features(training.encoder, EXAMPLES), EXAMPLES[:3], epochs=1)
    log = losses(tmp_path / "out" / "log.jsonl")
    steps = log[0]["steps"]
    assert log[-1]["step"] == steps and 0 <= log[-1]["dev_em"] <= log[-1]["dev_f1"] <= 100
    assert trainer(tmp_path / "base", tmp_path / "out").resume() == steps


def test_a_run_is_taken_up_where_its_last_checkpoint_was(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    first = trainer(start, tmp_path / "out")
    assert first.resume() == 0
    batch = collate(features(first.encoder, EXAMPLES)[:4], first.encoder.pad)
    for step in range(3):
        first.step(batch, step, 10)
    first.save(3)
    second = trainer(start, tmp_path / "out")
    assert second.resume() == 3
    for (name, one), other in zip(
        first.network.state_dict().items(), second.network.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other), name
    # the optimiser's state came along: the next step is the same
    assert second.step(batch, 3, 10) == pytest.approx(first.step(batch, 3, 10))
    for one, other in zip(first.network.parameters(), second.network.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path):
    start, out = base(tmp_path / "base", EXAMPLES), tmp_path / "out"
    training = trainer(start, out)
    batch = collate(features(training.encoder, EXAMPLES)[:4], training.encoder.pad)
    training.step(batch, 0, 10)
    training.save(1)
    training.step(batch, 1, 10)
    (start / "special_tokens_map.json").rename(start / "gone.json")  # the last file of a checkpoint cannot be written
    with pytest.raises(FileNotFoundError):
        training.save(2)
    assert trainer(start, out).resume() == 1
    (start / "gone.json").rename(start / "special_tokens_map.json")
    training.save(2)
    assert trainer(start, out).resume() == 2
    assert [path.name for path in out.iterdir()] == ["checkpoint"]


def test_the_checkpoint_before_is_taken_where_a_run_ended_between_two_moves(tmp_path: Path):
    start, out = base(tmp_path / "base", EXAMPLES), tmp_path / "out"
    training = trainer(start, out)
    training.save(4)
    (out / "checkpoint").rename(out / "checkpoint.old")
    assert trainer(start, out).resume() == 4


def test_a_reader_is_trained_from_a_squad_file(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    rows = [
        {"context": e.passage, "qas": [asked(e.id, (e.answer, e.start)) | {"question": e.question}]} for e in EXAMPLES
    ]
    rows.append({"context": "Text.", "qas": [asked("off", ("Nothing", 2))]})
    data = tmp_path / "towns.json"
    data.write_text(json.dumps({"data": [{"paragraphs": rows}]}), encoding="utf-8")
    said: list[str] = []
    options = {"documents": None, "layers": 1, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0, "keep": 0.0}
    run(tmp_path / "out", data=data, start=start, say=said.append, **options)
    assert any(re.search("towns.json: question off: its answer does not stand at its offset", line) for line in said)
    reader = ExtractiveReader.open(tmp_path / "out" / "reader", format="fp32")
    [reading] = reader.read([Pair(EXAMPLES[0].question, EXAMPLES[0].passage)])
    assert reading.spans
    with pytest.raises(ValueError, match="no reader yet"):
        run(tmp_path / "other", data=data, start=start, say=said.append, **options | {"keep": 0.5})


def test_a_share_of_the_weights_before_is_kept(tmp_path: Path):
    start, out = base(tmp_path / "base", EXAMPLES), tmp_path / "out"
    training = trainer(start, out)
    training.save(1)
    finish(out / "checkpoint", tmp_path / "before")
    with torch.no_grad():
        training.network.span.bias += torch.tensor([2.0, 4.0])
    training.save(2)
    finish(out / "checkpoint", tmp_path / "after", tmp_path / "before", 0.25)
    moved = read_weights(tmp_path / "after")["qa_outputs.bias"] - read_weights(tmp_path / "before")["qa_outputs.bias"]
    assert moved.tolist() == pytest.approx([1.5, 3.0])


def test_data_without_any_usable_question_is_named(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    data = squad(tmp_path, asked("off", ("2001", 22)))
    with pytest.raises(ValueError, match="no question to train on"):
        run(tmp_path / "out", data=data, start=start, documents=None, layers=None, epochs=1.0, learning_rate=1e-3, seed=0,
            keep=0.0, say=print)  # fmt: skip
