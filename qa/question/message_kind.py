"""What kind of message a user wrote, by its form alone: the first of FORMS that matches it whole.

Whatever matches nothing is a question for the reader. Precision comes first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.english import AUXILIARIES, BE, CAPITALISED, PEOPLE, QUESTION_WORDS, THINGS, any_of
from qa.question.language import in_another_language
from qa.question.message_forms import FORMS, Kind

LONGEST = 300  # characters of a message that can be anything but a question; a longer one is pasted text
# Words that messages have and articles need not have, for the speller.
MESSAGE_WORDS = tuple(
    "article articles document documents newest latest oldest earliest longest shortest summary summarise overview about written "
    "published author authors mention mentions hello good morning evening thanks list tell explain describe compare".split()
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, its kind, and the words that say what about: a topic, an author, a date, or the document to summarise.

    ``detail`` narrows a kind: "count" or "" for documents, "not" for those that do not mention the topic, the word before a
    date ("before"), a type of file, "newest". The topic of a question is the question inside "Do you know who ...?".
    """

    text: str
    kind: Kind
    topic: str = ""
    detail: str = ""


# Asked of someone politely: taken off before the table is looked up, and only there.
_POLITE = re.compile(
    r"^(?:(?:ok(?:ay)?|hi|hello|hey|so|now|well|and|pincite|please|sorry|excuse me|good (?:morning|afternoon|evening))[ ,!.:]+)*"
    r"(?:(?:can|could|would|will) you (?:please |kindly |just )?|i (?:want|would like) you to |would you mind )?(?:please )?",
    re.I,
)
_INSIDE = re.compile(
    r"(?:(?:do|does) (?:you|anybody|anyone) (?:know|remember)|tell me|any idea|i (?:would |also |am |was )*(?:wonder(?:ing)?"
    rf"|(?:like|want|need) to know)),? (?P<asked>{any_of(QUESTION_WORDS)}\b.+)",
    re.I,
)
_UNTURNED = re.compile(
    rf"^((?:(?:how|which|what) \w+|{any_of(QUESTION_WORDS)})) (?!{any_of(AUXILIARIES)}\b)(.+) ({any_of(BE)})$", re.I
)
_ENDING = re.compile(r"(?:[ ,]+(?:please|pls|plz|thanks|thank you|pincite|mate))?[^\w%+#]*$", re.I)
_SPACES = re.compile(r"\s+")
_TAG = re.compile(r"</?[a-z][^<>]{0,100}>", re.I)
_WORD = re.compile(r"[^\W_]{2}|\d|[^\W\x00-\u024f]")  # a letter alone is no word, but where a sign is one
_CONTRACTED = re.compile(r"\b(what|who|where|when|how|that|it|there|here)(?:'?s|'re)\b(?<!\bits)(?<!\bheres)", re.I)
_WRITTEN_OUT = {"i'm": "i am", "i'd": "i would", "let's": "let us", "don't": "do not", "doesn't": "does not"}
_HURRIED = {
    "u": "you", "ur": "your", "r": "are", "abt": "about", "sth": "something", "docs": "documents", "doc": "document",
    "pls": "please", "plz": "please", "im": "i am", "dont": "do not", "doesnt": "does not", "gimme": "give me", "wanna": "want to",
}  # fmt: skip
_HURRIEDLY = re.compile(rf"(?<![\w.]){any_of(_HURRIED)}(?![\w'])|(\w)\1{{2,}}", re.I)
# One word or a name alone, with nothing that asks: the sentences about it are wanted.
_BARE = re.compile(
    rf"(?:the )?(?:[^\W\d_][\w’'.-]+|{CAPITALISED}(?: (?:(?:of|the|de|von|van|and|&) ){{0,2}}{CAPITALISED}){{1,4}})"
)
_NOT_BARE = frozenset(
    {
        *QUESTION_WORDS,
        *AUXILIARIES,
        *PEOPLE,
        *THINGS,
        *"that there here then than and or but not if the compare name list who's what's".split(),
    }
)


def message_of(text: str) -> Message:
    """The message with its kind."""
    words = _SPACES.sub(" ", _TAG.sub(" ", text) if len(text) <= LONGEST else text).strip()
    if not _WORD.search(words):
        return Message(text, "empty")
    if len(words) > LONGEST:
        return Message(text, "question")
    core = _core(words)
    for said in dict.fromkeys((core, _core(_POLITE.sub("", core)), _core(_POLITE.sub("", _unhurried(core))))):
        for kind, pattern in FORMS:
            if found := pattern.fullmatch(said):
                return Message(text, kind, *_named(found))
        if inside := inside_of(said):
            return Message(text, "question", inside)
    if in_another_language(core):
        return Message(text, "another language", core)
    if _BARE.fullmatch(core) and core.lower() not in _NOT_BARE and core.split()[0].lower() not in _NOT_BARE - {"the"}:
        return Message(text, "topic", core)
    return Message(text, "question")


def inside_of(words: str) -> str | None:
    """The question inside "Do you know who he is?" or "I wonder who he is", as "who is he"; None if there is none."""
    inside = _INSIDE.fullmatch(_core(words))
    return _UNTURNED.sub(r"\1 \3 \2", inside["asked"]) if inside else None


def _core(words: str) -> str:
    """The words without the marks and courtesies at their end, contractions written out."""
    bare = _ENDING.sub("", words.replace("’", "'").strip("\"'“” "))
    out = _CONTRACTED.sub(r"\1 is", bare)
    return re.sub(any_of(_WRITTEN_OUT), lambda short: _WRITTEN_OUT[short[0].lower()], out, flags=re.I)


def _unhurried(words: str) -> str:
    """The words with those of hurried messages written out and no letter more than twice."""
    return _HURRIEDLY.sub(lambda found: found[1] * 2 if found[1] else _HURRIED[found[0].lower()], words)


def _named(found: re.Match[str]) -> tuple[str, str]:
    """The topic and the detail that a match names."""
    named: dict[str, str] = {}
    for name, value in found.groupdict().items():
        if value is not None:
            named.setdefault(name.rpartition("_")[0], value.strip())
    detail = "not" if "not" in named else named.get("when") or named.get("type") or named.get("detail", "")
    return _unquoted(named.get("topic", "")), detail.casefold()


def _unquoted(topic: str) -> str:
    """A topic without quotation marks around it."""
    return topic.strip("\"“”'‘’ ") if topic[:1] in "\"“'‘" else topic
