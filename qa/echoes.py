"""Answers that only repeat the question."""

from __future__ import annotations

from index.sparse import terms

COMMON = frozenset(
    "a about an and any are as at be been by can could did do does for from had has have her his how i in into is it its many"
    " me much my no not of on or our she should so than that the their them there these they this those to was we were what"
    " when where which who whom whose why will with would you your".split()
)


def is_echo(question: str, answer: str) -> bool:
    """Whether the question itself holds the stems of all telling words of the answer; of all its words, where none tells."""
    telling = _telling(answer)
    return telling <= _telling(question) if telling else _words(answer) <= _words(question)


def _telling(text: str) -> set[str]:
    """The stems of the words that are not among the commonest."""
    return {stem for word in text.split() if word.strip("?!.,;:'\"").lower() not in COMMON for stem in terms(word)}


def _words(text: str) -> set[str]:
    """The words of a text, however they are written."""
    return {word.strip("?!.,;:'\"").lower() for word in text.split()}
