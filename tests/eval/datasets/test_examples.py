"""Reading question files of every form, and saying by line what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets import qed
from eval.datasets.beir import QueryRanking, rank, read_collection
from eval.datasets.examples import load, validate
from eval.datasets.questions import GoldQuestion, UnreadableDataset, question_word, same_document, sample, split_of
from eval.datasets.squad import in_indexed_documents
from eval.metrics import Place

TEXT = "\ufeffMacron landed in Kazakhstan.\r\nUzbekistan was second.\n"
ROW = {"id": "q1", "question": "Where?", "answers": ["Kazakhstan"], "document": "tour.md", "start": 18, "kind": "where"}
QED = Path(__file__).resolve().parents[4] / "shared" / "data" / "qed_dev.jsonl"


def written(path, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "tour.md").write_bytes(TEXT.encode())
    return documents


def test_gold_line(tmp_path):
    dataset = load(written(tmp_path / "gold.jsonl", ROW))
    assert dataset.questions == (GoldQuestion("q1", "Where?", ("Kazakhstan",), "tour.md", (18,), "where"),)
    assert dataset.complaints == ()


def test_offsets_count_in_the_file_as_it_is(tmp_path, folder):
    assert TEXT.index("Kazakhstan") == 18  # the byte order mark counts, and so would the carriage return
    late = ROW | {"id": "q2", "answers": ["Uzbekistan"], "start": TEXT.index("Uzbekistan")}
    assert validate(written(tmp_path / "gold.jsonl", ROW, late), folder) == []


def test_answer_that_is_not_at_its_offset(tmp_path, folder):
    faults = validate(written(tmp_path / "gold.jsonl", ROW | {"start": 17}), folder)
    assert [str(fault) for fault in faults] == ["question q1: none of its answers stands at offset 17 of tour.md"]
    assert faults[0].misleading


def test_an_answer_without_an_offset_has_to_stand_somewhere(tmp_path, folder):
    row = ROW | {"start": None}
    assert validate(written(tmp_path / "gold.jsonl", row), folder) == []
    (fault,) = validate(written(tmp_path / "gold.jsonl", row | {"answers": ["Atlantis"]}), folder)
    assert str(fault) == "question q1: none of its answers stands in tour.md"


def test_one_answer_at_the_offset_proves_the_others(tmp_path, folder):
    row = ROW | {"answers": ["in Kazakhstan", "Kazakhstan"]}
    assert validate(written(tmp_path / "gold.jsonl", row), folder) == []


def test_document_that_is_not_there(tmp_path, folder):
    faults = validate(written(tmp_path / "gold.jsonl", ROW | {"document": "other.md"}), folder)
    assert [str(fault) for fault in faults] == ["question q1: there is no document other.md"]


def test_answers_without_a_document(tmp_path, folder):
    faults = validate(written(tmp_path / "gold.jsonl", ROW | {"document": None, "start": None}), folder)
    assert [str(fault) for fault in faults] == ["question q1: has answers but names no document"]


def test_items_have_to_stand_in_the_document(tmp_path, folder):
    row = ROW | {"kind": "list", "items": [["Kazakhstan"], ["Tajikistan", "Turkmenistan"], "Uzbekistan"]}
    path = written(tmp_path / "gold.jsonl", row)
    assert load(path).questions[0].items == (("Kazakhstan",), ("Tajikistan", "Turkmenistan"), ("Uzbekistan",))
    assert "'Tajikistan' does not stand" in str(validate(path, folder)[0])


def test_verdict_counts_as_an_answer(tmp_path):
    row = ROW | {"kind": "yes_no", "verdict": "yes"}
    assert load(written(tmp_path / "gold.jsonl", row)).questions[0].accepted == ("Kazakhstan", "yes")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        (ROW | {"id": ""}, "'id' has to be a string that is not empty"),
        (ROW | {"id": 7}, "'id' has to be a string that is not empty"),
        (ROW | {"question": None}, "'question' has to be a string"),
        ({"id": "x", "question": "Who?"}, "'answers' is missing"),
        (ROW | {"answers": "Kazakhstan"}, "'answers' has to be a list of strings"),
        (ROW | {"answers": [""]}, "'answers' has to be a list of strings"),
        (ROW | {"start": -1}, "'start' has to be an offset"),
        (ROW | {"start": "18"}, "'start' has to be an offset"),
        (ROW | {"start": True}, "'start' has to be an offset"),
        (ROW | {"document": 3}, "'document' has to be a file name"),
        (ROW | {"document": None}, "'start' is given without a 'document'"),
        (ROW | {"verdict": "maybe"}, "'verdict' has to be"),
        (ROW | {"items": [[]]}, "'items' has to be"),
        (ROW | {"items": "a, b"}, "'items' has to be"),
        (ROW | {"kind": 1}, "'kind' has to be a string"),
        ({"id": "d", "turns": []}, "'turns' has to be a list"),
        ({"id": "d", "turns": [{"question": "Who?"}]}, "'answers' is missing"),
    ],
)
def test_malformed_line_is_named_and_the_rest_goes_on(tmp_path, line, reason):
    dataset = load(written(tmp_path / "gold.jsonl", ROW | {"id": "before"}, line, ROW | {"id": "after"}))
    assert [question.id for question in dataset.questions] == ["before", "after"]
    (complaint,) = dataset.complaints
    assert complaint.where == "gold.jsonl line 2"
    assert complaint.reason.startswith(reason)


def test_second_line_of_an_id_is_left_out(tmp_path):
    dataset = load(written(tmp_path / "gold.jsonl", ROW, ROW | {"question": "Other?"}))
    assert [question.question for question in dataset.questions] == ["Where?"]
    assert str(dataset.complaints[0]) == "gold.jsonl line 2: the id 'q1' is taken by an earlier line"


def test_dialogue(tmp_path):
    turns = [
        {"question": "Where?", "answers": ["Kazakhstan"], "document": "tour.md", "start": 18},
        {"question": "And then?", "answers": []},
    ]
    (dialogue,) = load(written(tmp_path / "gold.jsonl", {"id": "d1", "turns": turns})).dialogues
    assert [(turn.id, turn.kind, turn.answerable) for turn in dialogue.turns] == [
        ("d1#1", "dialogue", True),
        ("d1#2", "dialogue", False),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gold.jsonl", b"", "holds no well-formed question"),
        ("gold.jsonl", b"nonsense\n", "holds no well-formed question; gold.jsonl line 1: not JSON"),
        ("gold.jsonl", b"\xff\xfe", "not UTF-8 text"),
        ("squad.json", b"{}", "not a SQuAD file"),
        ("squad.json", b'{"data": 3}', "not a SQuAD-format file ('data' is missing or no list"),
        ("squad.json", b'{"data": []}', "holds no question"),
    ],
)
def test_file_that_is_no_data_set(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableDataset, match="^.*" + reason.replace("(", r"\(")) as error:
        load(path)
    assert str(path) in str(error.value)


def test_file_that_is_absent(tmp_path):
    with pytest.raises(UnreadableDataset, match="there is no such file"):
        load(tmp_path / "none.jsonl")


def squad(*qas, context=" In 1901 Roentgen got it. "):
    return {"version": "2.0", "data": [{"title": "t", "paragraphs": [{"context": context, "qas": list(qas)}]}]}


def asked(id, *answers, **more):
    return {
        "id": id,
        "question": "Who got it?",
        "answers": [{"text": t, "answer_start": s} for t, s in answers],
        **more,
    }


def test_squad(tmp_path):
    row = squad(asked("a", ("Roentgen", 9), ("Roentgen", 9), ("1901 Roentgen", 4)), asked("b", is_impossible=True))
    dataset = load(written(tmp_path / "squad.json", row))
    first, second = dataset.questions
    assert (first.answers, first.starts, first.kind) == (("Roentgen", "1901 Roentgen"), (9, 4), "who")
    assert (second.answers, second.kind, second.answerable) == ((), "unanswerable", False)
    assert dataset.paragraphs == {"paragraph-000001.txt": " In 1901 Roentgen got it. "}


def test_squad_answer_off_its_place_and_second_id(tmp_path):
    row = squad(asked("a", ("Roentgen", 9)), asked("b", ("Roentgen", 8)), asked("a", ("Roentgen", 9)))
    dataset = load(written(tmp_path / "squad.json", row))
    assert [question.id for question in dataset.questions] == ["a"]
    assert [str(complaint) for complaint in dataset.complaints] == [
        "question b: no answer stands at its offset in its paragraph",
        "question a: the id is taken by an earlier question",
    ]


def test_squad_questions_are_found_in_indexed_documents(tmp_path):
    row = squad(asked("a", ("Roentgen", 8)), context="In 1901 Roentgen got it.")
    dataset = load(written(tmp_path / "squad.json", row))
    text = "Physics.\n\nIn 1901 Roentgen got it. And so on."
    (question,) = in_indexed_documents(dataset, {"/a/other.txt": "x", "/a/nobel.txt": text}).questions
    assert question.places("/a/nobel.txt", text) == (Place("/a/nobel.txt", 18, 26),)
    (absent,) = in_indexed_documents(dataset, {"/a/other.txt": "x"}).questions
    assert absent.document == "paragraph-000001.txt"


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Who?", "who"),
        ("In which year?", "which"),
        ("How many are there?", "how many"),
        ("how far", "how"),
        ("Name it.", "other"),
        ("What and when?", "what"),
    ],
)
def test_question_word(question, word):
    assert question_word(question) == word


@pytest.mark.parametrize(
    ("gold", "indexed", "same"),
    [
        ("tour.md", "/a/tour.md", True),
        ("a/tour.md", "/x/a/tour.md", True),
        ("b/tour.md", "/a/tour.md", False),
        ("our.md", "/a/tour.md", False),
        ("/a/tour.md", "/a/tour.md", True),
    ],
)
def test_same_document(gold, indexed, same):
    assert same_document(gold, indexed) is same


def test_split_is_by_id_alone_and_about_half():
    halves = [split_of(f"q{number}") for number in range(1000)]
    assert halves == [split_of(f"q{number}") for number in range(1000)]
    assert 450 < halves.count("dev") < 550
    assert {split_of("a001"), split_of("a002"), split_of("a003"), split_of("a005")} == {"dev", "test"}


def test_sample_is_seeded_and_keeps_the_order():
    drawn = sample(range(100), 10, seed=3)
    assert list(drawn) == sorted(set(drawn)) and len(drawn) == 10
    assert drawn == sample(range(100), 10, seed=3) != sample(range(100), 10, seed=4)
    assert sample(range(3), 10) == (0, 1, 2)


@pytest.fixture
def beir(tmp_path):
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    written(folder / "corpus.jsonl", {"_id": "d1", "title": "One", "text": "first"}, {"_id": "d2", "text": "second"},
            "{", {"_id": "d3", "title": "", "text": "second"})  # fmt: skip
    written(folder / "queries.jsonl", {"_id": "q1", "text": "one?"}, {"_id": "q2", "text": "unjudged?"})
    written(
        folder / "qrels" / "test.tsv",
        "query-id\tcorpus-id\tscore",
        "q1\td1\t2",
        "q1\td3\t1",
        "q1\td2\t0",
        "q1\tgone\t1",
        "q1",
    )
    return folder


def test_beir(beir):
    collection = read_collection(beir)
    assert list(collection.texts.values()) == ["One\n\nfirst", "second"]
    (query,) = collection.queries
    assert query.gains == {"document-0000000.txt": 2, "document-0000001.txt": 1}
    corpus, absent, short = map(str, collection.complaints)
    assert corpus.startswith("corpus.jsonl line 3: not a JSON object with _id and text (")
    assert absent == "test.tsv line 5: no document 'gone'"
    assert short == "test.tsv line 6: not query, document and score"


def test_beir_documents_stand_where_their_best_passage_does(beir):
    from eval_fakes import cut

    from qa.retrieval.hybrid import Hit

    (query,) = read_collection(beir).queries
    passages = cut({"/x/document-0000009.txt": "A. B.", "/x/document-0000000.txt": "C."})
    ranking = rank(query, [Hit(passages[place], 1.0) for place in (0, 1, 2)])
    assert ranking == QueryRanking("q1", (0.0, 2), (2, 1))
    assert ranking.scores()["recall_at_5"] == 0.5
    assert ranking.scores()["mrr_at_10"] == 0.5


def test_beir_folder_without_queries(tmp_path):
    with pytest.raises(UnreadableDataset, match=r"corpus\.jsonl: cannot be read \(No such file or directory\)"):
        read_collection(tmp_path)


def test_qed_line_becomes_a_squad_question(tmp_path):
    spans = [
        [{"start": 0, "end": 5, "string": "Unwin"}],
        [{"start": 0, "end": 5, "string": "Unwin"}, {"start": 10, "end": 16, "string": "Parker"}],
    ]
    line = {"example_id": 5, "title_text": "T", "question_text": "who planned it",
            "paragraph_text": "Unwin and Parker .", "original_nq_answers": spans}  # fmt: skip
    out = tmp_path / "squad.json"
    assert qed.convert(written(tmp_path / "qed.jsonl", line), out) == 1
    (question,) = load(out).questions
    assert (question.id, question.answers, question.starts) == ("5", ("Unwin", "Parker"), (0, 10))


def test_qed_line_with_an_answer_off_its_place(tmp_path):
    line = {"example_id": 5, "title_text": "T", "question_text": "who", "paragraph_text": "Unwin .",
            "original_nq_answers": [[{"start": 1, "end": 5, "string": "Unwin"}]]}  # fmt: skip
    with pytest.raises(UnreadableDataset, match="line 1: 'Unwin' does not stand at 1"):
        qed.convert(written(tmp_path / "qed.jsonl", line), tmp_path / "squad.json")


def test_qed_dev_whole(tmp_path):
    if not QED.exists():
        pytest.skip(f"{QED} is not here")
    out = tmp_path / "squad.json"
    assert qed.convert(QED, out) == 1355
    dataset = load(out)
    assert (len(dataset.questions), dataset.complaints) == (1355, ())
