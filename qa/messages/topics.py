"""Sentences about a topic: for commands, single words and quotations, where more than a phrase is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set

from index.search.bm25 import terms
from index.sentences import find_words
from qa.answering.candidates import cited
from qa.answers import Answer, Citation, ListedDocument
from qa.messages.notices import notice
from qa.messages.sources import Sentence, Source, in_passage
from qa.question.content_words import content
from qa.retrieval.hybrid import Hit

# Chosen and not fitted.
READ = 12  # passages whose sentences are compared
SHOWN = 3  # sentences
GO_ON = 3  # sentences after the last
BESIDE = 0.8  # what a word of the sentence beside a quotation counts

_QUOTATION = re.compile(r"“[^“”]{3,400}”|\"[^\"\n]{3,400}\"|«[^«»]{3,400}»|„[^„“”]{3,400}[“”]")


def about(question: str, topic: str, hits: Sequence[Hit], *, quoted: bool = False) -> Answer:
    """The sentences about a topic as a passage, the best first; a refusal with the nearest if none names it.

    ``quoted``: words in quotation marks are wanted, and shown without the words around them.
    """
    wanted = content(topic) or set(terms(topic))
    ranked = _ranked(topic, wanted, hits, quoted=quoted)
    naming = [(score, one) for score, one in ranked if wanted and wanted <= content(one.text)]
    near = naming or [(score, one) for score, one in ranked if score > 0]
    if quoted:
        near = _with_quotation([(score, one) for score, one in ranked if score and score >= ranked[0][0] / 2])
    chosen = [one for _, one in near[:SHOWN]]
    found = bool(naming or (quoted and near and near[0][0] > 0))
    confidence = CONFIDENCE if found else 1 - CONFIDENCE
    citations = tuple(_quotation(one, wanted) if quoted else one.cited(confidence) for one in chosen)
    if not citations or not found:
        return Answer(question, None, confidence, citations, kind="none", certainty="unsure")
    naming_it = {one.passage.document: one.passage for _, one in naming or near}
    return Answer(
        question,
        citations[0].quote,
        confidence,
        citations,
        kind="passage",
        certainty="likely",
        documents=tuple(ListedDocument(name, passage.title, None) for name, passage in naming_it.items()),
    )


CONFIDENCE = 0.7  # that sentences which hold every word of a topic are those wanted; chosen and not fitted


def _ranked(topic: str, wanted: Set[str], hits: Sequence[Hit], *, quoted: bool) -> list[tuple[float, Sentence]]:
    """Sentences with scores, best first: words of the topic, the topic as the subject, and the rank of the passage.

    If words in quotation marks are wanted, those of the sentence before or after count too: they may say whose they are.
    """
    seen: dict[tuple[str, int, int], tuple[float, Sentence]] = {}
    opening = " ".join(terms(re.sub(r"^(?:the|an?) ", "", topic, flags=re.I)))
    for rank, hit in enumerate(hits[:READ]):
        every = list(in_passage(hit.passage))
        for place, sentence in enumerate(every):
            words = terms(sentence.text)
            shared = len(wanted & set(words)) / max(1, len(wanted))
            if quoted and _QUOTATION.search(sentence.text):
                around = set[str]().union(*(terms(one.text) for one in every[max(0, place - 1) : place + 2]))
                shared = max(shared, BESIDE * len(wanted & around) / max(1, len(wanted)))
            leads = opening in " ".join(words[:8])
            score = shared * (1 + 0.3 * leads + 0.2 / (1 + rank)) if len(words) > 3 else shared * 0.5
            seen.setdefault((hit.passage.document, sentence.start, sentence.end), (score, sentence))
    return sorted(seen.values(), key=lambda scored: -scored[0])


def _with_quotation(near: Sequence[tuple[float, Sentence]]) -> list[tuple[float, Sentence]]:
    """Those with words in quotation marks, if there are any; otherwise all."""
    return [(score, one) for score, one in near if _QUOTATION.search(one.text)] or list(near)


def _quotation(sentence: Sentence, wanted: Set[str]) -> Citation:
    """The words in quotation marks that share most with the topic; the sentence if it has none."""
    found = max(_QUOTATION.finditer(sentence.text), key=lambda one: len(wanted & content(one[0])), default=None)
    if found is None:
        return sentence.cited(CONFIDENCE)
    return cited(
        sentence.passage, sentence.start + found.start() + 1, sentence.start + found.end() - 1, 0.0, CONFIDENCE
    )


def after(question: str, quote: str, hits: Sequence[Hit], source_of: Callable[[str], Source]) -> Answer:
    """The sentences that follow a quotation in its document, as one passage."""
    for hit in hits:
        place = find_words(quote, hit.passage.text)
        if place is None:
            continue
        end = hit.passage.start + place.end()
        following = [one for one in source_of(hit.passage.document).sentences() if one.start >= end][:GO_ON]
        if following:
            passage = following[0].passage
            held = [one for one in following if one.end <= passage.end]
            citation = cited(passage, held[0].start, held[-1].end, 0.0, 1.0)
            return Answer(question, citation.quote, 1.0, (citation,), kind="passage", certainty="sure")
        return notice(question, f"“{hit.passage.title}” ends there.")
    return notice(question, "The words to go on from are not in the articles.")
