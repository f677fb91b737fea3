"""Features, batches, the loss and the loop of training."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from reader_fakes import words_of, write_tokenizer
from safetensors.torch import load_file
from training_fakes import EXAMPLES, base, example, one_thread, trainer

from qa.reader.network import SpanNetwork
from qa.reader.windows import Pair, PairEncoder
from qa.training.examples import TrainingExample
from qa.training.trainer import Batch, Feature, Recipe, Trainer, batches, collate, distilled, features, loss

_one_thread = pytest.fixture(autouse=True, scope="module")(one_thread)


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


def test_a_student_that_agrees_with_its_teacher_gains_nothing_by_moving():
    batch = small_batch([[2, 3], [0, 0]], [0, 1])
    taught = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0))
    logits = taught.clone().requires_grad_()
    distilled(logits, taught, batch, 1.5).backward()
    assert logits.grad is not None and logits.grad.abs().max() < 1e-6
    other = taught.roll(1, dims=1).requires_grad_()
    distilled(other, taught, batch, 1.5).backward()
    assert other.grad is not None and other.grad.abs().max() > 0.01
    assert other.grad[:, [1, 4]].abs().max() < 1e-6  # neither the question nor the end mark counts


@pytest.mark.parametrize(("steps", "warmup"), [(10_000, 100), (200, 20), (3, 1)])
def test_the_warm_up_takes_at_most_a_tenth_of_a_run(steps: int, warmup: int):
    assert Recipe(warmup=100).warmed_up(steps) == warmup


# --- the loop


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
