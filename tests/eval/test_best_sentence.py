from __future__ import annotations

import json
from pathlib import Path

from reader_fakes import hit

from eval.studies.best_sentence import answers, read_questions
from qa.answering.confidence import unfitted
from qa.answering.sentences import ranked_sentences


def test_a_sentence_answers_if_most_of_it_is_of_one_that_does(tmp_path: Path):
    line = {
        "id": "1",
        "question": "When?",
        "is_paraphrase": True,
        "sentences": ["It is old.", "It was built in 1931.", "It stands."],
        "answers": [1],
    }
    path = tmp_path / "selqa.jsonl"
    path.write_text(json.dumps(line) + "\n")
    [one] = read_questions(path)
    assert one.rephrased and [one.text[place.start : place.stop] for place in one.answers] == ["It was built in 1931."]
    ranked = sorted(ranked_sentences("When?", [hit(one.text)], [], unfitted("r")), key=lambda found: found.start)
    assert [answers(one, [found]) for found in ranked] == [False, True, False]
