"""What Pincite says in its own words: short, and never about what the articles say."""

from __future__ import annotations

from collections.abc import Sequence

from index.storage.layout import DocumentRecord
from qa.answers import Answer, Citation, ListedDocument
from qa.question.message_forms import Kind

_HOW = (
    "Ask a question about the articles, name a topic, or ask what an article is about; "
    "answers come in the articles' own words, each with its source."
)
_UNABLE = "Pincite only quotes your articles"

WORDS: dict[Kind, str] = {
    "empty": "There are no words in this message. " + _HOW,
    "greeting": "Hello. " + _HOW,
    "thanks": "You are welcome. Ask the next question whenever you like.",
    "farewell": "Goodbye. Your articles and their index stay on this machine.",
    "pincite": "This is Pincite. It looks up answers in your own articles, on this machine, and quotes them; nothing is made up. "
    + _HOW,
    "remark": "Every answer is quoted from an article. Open its source to read what stands around it. "
    "If it is not what you meant, ask in other words.",
    "calculation": f"{_UNABLE}: it does not calculate. These sentences are the nearest.",
    "translation": f"{_UNABLE}: it does not translate. These sentences are the nearest.",
    "writing": f"{_UNABLE}: it does not write texts. These sentences are the nearest.",
    "action": f"{_UNABLE}: it sends, keeps and deletes nothing for you. These sentences are the nearest.",
    "opinion": f"{_UNABLE}: it has no opinion of its own. These sentences are the nearest.",
    "news": f"{_UNABLE}: it knows neither the time nor what happens now. These sentences are the nearest.",
    "more": "There is nothing yet to go on from. Ask a question first.",
    "another language": "Pincite reads English. These sentences are the nearest to the words of the message.",
}


def notice(
    question: str,
    words: str,
    *,
    documents: Sequence[DocumentRecord] = (),
    citations: Sequence[Citation] = (),
) -> Answer:
    """Pincite's own words as an answer, with the documents and sentences that belong to it."""
    listed = tuple(ListedDocument(one.name, one.title, one.date) for one in documents)
    return Answer(
        question, None, 1.0, tuple(citations), kind="notice", certainty="sure", notice=words, documents=listed
    )


def counted(number: int, noun: str = "document") -> str:
    """A number with its noun: "1 document", "12 documents"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
