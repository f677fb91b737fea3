"""The desk before the reader: it answers what is no question about a fact, and says what the reader is to be asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from index.storage.layout import DocumentRecord
from index.store import Store
from qa.answering.values import holds
from qa.answers import Answer, ListedDocument
from qa.english import AUXILIARIES, QUESTION_WORDS, any_of
from qa.messages.collection import COLLECTION, about_collection, mentions
from qa.messages.combined import compared, counted_items, in_parts, nearest_to
from qa.messages.notices import WORDS, counted, notice
from qa.messages.overview import overview
from qa.messages.sources import Source
from qa.messages.topics import READ, about, after
from qa.question.answer_form import Counting, counting
from qa.question.follow_ups import BARE
from qa.question.message_kind import Message, message_of
from qa.question.named_documents import Named, called, named_in, short_name
from qa.question.parts import Parts, parts_of
from qa.retrieval.hybrid import Retriever

Finish = Callable[[Sequence[Answer]], Answer]

_UNABLE = frozenset(("calculation", "translation", "writing", "action", "opinion", "news", "another language"))
_ALONE = frozenset(("greeting", "thanks", "farewell", "pincite", "remark", "empty"))
_OVERVIEWS = frozenset(("overview", "overview of a document"))
_ASKED = re.compile(rf"\b{any_of([*QUESTION_WORDS, *AUXILIARIES])}\b", re.I)
_METADATA = re.compile(
    r"(?:who (?P<author>wrote|is the author(?: of)?|are the authors(?: of)?|published)(?: it)?"
    r"|when was (?:it )?(?P<date>published|written|dated)"
    r"|(?:what is the |which )(?P<field>date|author|title|length)(?: of)?|how long is(?P<length>)(?: it)?)\W*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The questions to read for a message, how their answers become its answer, and a condition on the documents to read."""

    questions: tuple[str, ...]
    finish: Finish
    condition: str | None = None


class Desk:
    """Plans the answer to each message over one store and its retriever.

    ``documents`` lists those that may be read, ``spell`` corrects words, ``read`` answers one more question among the documents
    that meet a condition. Without a store, passages come from elsewhere: there is no collection to speak of then, and messages
    about it go to the reader.
    """

    def __init__(
        self,
        store: Store | None,
        retriever: Retriever,
        documents: Callable[[], Sequence[DocumentRecord]],
        spell: Callable[[str], str],
        read: Callable[[str, str | None], Answer],
    ) -> None:
        self._opened, self._retriever, self._list, self._spell, self._read = store, retriever, documents, spell, read

    @property
    def _store(self) -> Store:
        assert self._opened is not None
        return self._opened

    @cached_property
    def _documents(self) -> Sequence[DocumentRecord]:
        return self._list()

    def plan(self, text: str) -> Plan:
        """How a message is answered; one that is in no known form may be in one with its misspelt words corrected."""
        if len(text) > LONGEST:
            return _read(text)
        message = message_of(text)
        if message.kind != "question" or self._opened is None:
            return self._plan(message)
        named = named_in(text, lambda: self._documents)
        if named is not None:
            return self._named(text, named)
        meant = self._spell(text)
        again = message if meant == text else message_of(meant)
        named = None if meant == text else named_in(meant, lambda: self._documents)
        if again.kind == "question" and named is None:
            return self._open(message)
        return _reworded(self._plan(again) if named is None else self._named(meant, named), text, meant)

    def _plan(self, message: Message) -> Plan:
        """How a message of a known kind is answered."""
        text = message.text
        if message.kind in _ALONE:
            return _said(notice(text, WORDS[message.kind]))
        if message.kind in _UNABLE:
            return _said(self._nearest(message))
        if self._opened is None:
            return self._open(message)
        if message.kind in COLLECTION:
            topic = self._spell(message.topic) if message.kind in ("mentions", "about") else message.topic
            return _said(about_collection(replace(message, topic=topic), self._store, self._retriever, self._documents))
        if message.kind in _OVERVIEWS:
            return self._overview(message)
        if message.kind == "more":
            return _said(self._more(message))
        named = named_in(text, lambda: self._documents)
        return self._open(message) if named is None else self._named(text, named)

    def _open(self, message: Message, condition: str | None = None) -> Plan:
        """A topic, a quotation, or one or more questions, over the documents that meet a condition."""
        text, searched = message.text, self._retriever if condition is None else self._retriever.where(condition)
        if message.kind in ("topic", "quote"):
            return _said(self._topic(message, searched))
        if BARE.match(text):
            return _said(notice(text, WORDS["more"]))
        if message.kind == "question" and message.topic:
            return _reworded(self._open(Message(message.topic, "question"), condition), text, message.topic)
        if parts := parts_of(text):
            return self._parts(text, parts, searched)
        if things := counting(text):
            return Plan((text,), lambda answers: self._or_count(answers[0], things, condition))
        if _ASKED.search(text) or len(text.split()) > SHORT:
            return _read(text)
        return Plan((text,), lambda answers: self._or_topic(answers[0], text, searched))

    def _or_count(self, answer: Answer, things: Counting, condition: str | None) -> Answer:
        """The answer to "how many" if it is a number, else the things themselves with their count, if they are listed."""
        if answer.text is not None and holds("figure", answer.text):
            return answer
        listed = counted_items(answer, self._read(things.listing, condition), things)
        return answer.unsaid() if listed is answer and answer.text and answer.certainty == "unsure" else listed

    def _or_topic(self, answer: Answer, words: str, retriever: Retriever) -> Answer:
        """The answer to a few words that ask nothing; if it is unsure, the sentences about them if there are any."""
        if answer.text and answer.certainty != "unsure":
            return answer
        about_them = self._topic(Message(words, "topic", words.strip(" ?!.")), retriever)
        return about_them if about_them.text else answer

    def _named(self, text: str, named: Named) -> Plan:
        """A message about documents that it names."""
        if not named.documents:
            return self._missing(text, named)
        if metadata := _METADATA.fullmatch(named.rest.strip(" ?!.")):
            return _said(_of_record(text, metadata, named.documents))
        rest = message_of(named.rest)
        if rest.kind in ("empty", "overview") or not named.rest.strip(" ?!."):
            return _said(self._overview_of(text, named.documents))
        if rest.kind == "more":
            return _said(self._more(rest))
        condition = " or ".join(f"file = {_quoted(one.name)}" for one in named.documents)
        plan = self._open(rest, condition)
        return replace(plan, condition=condition, finish=_understood(plan.finish, text, named))

    def _missing(self, text: str, named: Named) -> Plan:
        """That a file named is not there, with those there are."""
        return _said(
            notice(text, f"There is no document “{named.said}” here. {_HAVE}:", documents=self._documents[:LISTED])
        )

    def _overview(self, message: Message) -> Plan:
        """What documents are about; a question if the topic is no document."""
        documents = self._meant(message.topic)
        if documents is not None:
            return _said(self._overview_of(message.text, documents))
        for text in dict.fromkeys((message.text, self._spell(message.text))):
            if named := named_in(text, lambda: self._documents):
                return self._named(message.text, replace(named, rest="summary") if named.documents else named)
        subject = _ARTICLE_ABOUT.fullmatch(message.topic)
        if message.kind == "overview of a document" and subject is None:
            return self._open(message)
        topic = self._spell(subject["subject"] if subject else message.topic)
        found = [
            one.document for one in mentions(topic, self._store, self._retriever, self._documents) if one.prominent
        ]
        if found:
            return _said(self._overview_of(message.text, found))
        return _said(self._topic(message, self._retriever))

    def _meant(self, topic: str) -> Sequence[DocumentRecord] | None:
        """The documents that an overview is of: all, or those that the topic names whole; None if it is a subject."""
        if _EVERYTHING.fullmatch(topic):
            return self._documents
        found, _ = called(
            re.sub(r"^the (?:article|document|file|text|report) ", "", topic, flags=re.I), self._documents
        )
        return found or None

    def _overview_of(self, text: str, documents: Sequence[DocumentRecord]) -> Answer:
        """The overview of documents."""
        return overview(text, self._store, [Source(self._store, one) for one in documents])

    def _topic(self, message: Message, retriever: Retriever) -> Answer:
        """The sentences about a topic, with the documents they stand in."""
        topic = self._spell(message.topic)
        [hits] = retriever.retrieve_many([topic], READ)
        answer = about(message.text, topic, hits, quoted=message.kind == "quote")
        return (
            answer if topic == message.topic else replace(answer, understood=message.text.replace(message.topic, topic))
        )

    def _more(self, message: Message) -> Answer:
        """The sentences after the words quoted in the message."""
        if not message.topic:
            return notice(message.text, WORDS["more"])
        [hits] = self._retriever.retrieve_many([message.topic], READ)
        named = {one.name: one for one in self._documents}
        return after(message.text, message.topic, hits, lambda name: Source(self._store, named[name]))

    def _nearest(self, message: Message) -> Answer:
        """What Pincite cannot do, in one line, with the sentences nearest to the message's words."""
        [hits] = self._retriever.retrieve_many([message.topic or message.text], READ)
        return nearest_to(message, WORDS[message.kind], hits)

    def _parts(self, text: str, parts: Parts, retriever: Retriever) -> Plan:
        """Two questions, or two things compared."""
        if parts.kind == "questions":
            return Plan(parts.questions, lambda answers: in_parts(text, answers, parts.left))
        if parts.more:
            return Plan(parts.questions, lambda answers: compared(text, parts, answers))
        sides = [self._topic(Message(thing, "topic", thing), retriever) for thing in parts.things]
        return Plan((text,), lambda answers: compared(text, parts, sides, answers[0]))


LONGEST = 1_000  # characters; longer text is pasted, not written, and goes to the reader as it is
SHORT = 4  # words, chosen and not fitted: more of them, without one that asks, are a sentence
LISTED = 50  # documents, chosen and not fitted
_HAVE = "These are"
_EVERYTHING = re.compile(
    r"(?:(?:all )?(?:it|this|that|they|these|everything)(?: all|(?: that)? you have)?"
    r"|(?:the|this|my|your|these|all|all the|all my) ?"
    r"(?:collection|library|index|corpus|articles|documents|files|papers|texts|sources|reports|pdfs|stories)"
    r"|them(?: all)?)?",
    re.I,
)


_ARTICLE_ABOUT = re.compile(
    r"(?:the|an|any|all|all the) (?:articles?|documents?|texts?|reports?|files?) (?:about|on) (?P<subject>.+)", re.I
)


def _read(question: str) -> Plan:
    """A plan that reads one question."""
    return Plan((question,), lambda answers: answers[0])


def _reworded(plan: Plan, text: str, meant: str) -> Plan:
    """The plan for a message that was read as another one, which is shown unless its answer says already how it was read."""

    def finished(answers: Sequence[Answer]) -> Answer:
        answer = plan.finish(answers)
        return replace(answer, question=text, understood=answer.understood or meant)

    return replace(plan, finish=finished)


def _said(answer: Answer) -> Plan:
    """A plan that reads nothing."""
    return Plan((), lambda _: answer)


def _quoted(name: str) -> str:
    """A name as a value of a condition."""
    return f"'{name}'" if '"' in name else f'"{name}"'


def _understood(finish: Finish, text: str, named: Named) -> Finish:
    """The answer with the documents that it was looked for in, as a message that can be edited."""
    names = ", ".join(short_name(one) for one in named.documents)

    def finished(answers: Sequence[Answer]) -> Answer:
        answer = finish(answers)
        listed = tuple(ListedDocument(one.name, one.title, one.date) for one in named.documents)
        read = f"In “{names}”: {answer.understood or named.rest}"
        several = f"“{named.said}” fits {counted(len(listed))}; all of them were searched."
        return replace(
            answer,
            question=text,
            understood=read if read != text else None,
            notice=answer.notice or (several if len(listed) > 1 else None),
            documents=listed,
        )

    return finished


def _of_record(text: str, asked: re.Match[str], documents: Sequence[DocumentRecord]) -> Answer:
    """What documents state about themselves: author, date, title or length."""
    field = (asked["field"] or ("author" if asked["author"] else "date" if asked["date"] else "length")).lower()
    said = [f"“{one.title}”: {_VALUES[field](one)}" for one in documents]
    return notice(text, "; ".join(said) + ".", documents=documents)


_VALUES: dict[str, Callable[[DocumentRecord], str]] = {
    "author": lambda one: ", ".join(one.authors) or "it states no author",
    "date": lambda one: (one.date or "it states no date")[:10] if one.date else "it states no date",
    "title": lambda one: short_name(one),
    "length": lambda one: f"{one.characters:,} characters",
}
