"""What kind of message a user wrote, by its form alone: KINDS is the whole table, and the first match holds.

Whatever matches nothing is a question for the reader. Precision comes first: a pattern has to match the whole message, and
one that would catch a factual question does not belong here (``eval/studies/message_kinds.py`` counts them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Literal

from qa.english import AUXILIARIES, CAPITALISED, LINK, MONTHS, PEOPLE, QUESTION_WORDS, THINGS, any_of
from qa.question.language import in_another_language

Kind = Literal[
    "question",
    "empty",
    "greeting",
    "thanks",
    "farewell",
    "pincite",
    "calculation",
    "translation",
    "writing",
    "opinion",
    "news",
    "count",
    "listing",
    "superlative",
    "written by",
    "written when",
    "mentions",
    "about",
    "overview",
    "overview of a document",  # if there is a document of that name: without one it is a question
    "more",
    "quote",
    "topic",
    "another language",
]

LONGEST = 300  # characters of a message that can be anything but a question; a longer one is pasted text

_DOCUMENTS = r"(?:articles|documents|files|papers|texts|sources|reports|pdfs|stories)"
_DOCUMENT = r"(?:article|document|file|paper|text|source|report|pdf|story)"
_TYPED = r"(?P<type>pdf|word|html|web|text|markdown|epub|csv|e-?mail)"  # see index.documents.LOADERS
_SORTS = rf"(?:(?P<type>pdf|e-?mail|epub)s|(?:{_TYPED} )?{_DOCUMENTS}|{_TYPED} ?pages)"
_HERE = (
    r"(?:(?:that )?(?:you|i|we) have|(?:are )?(?:there|here|indexed|available)(?: here| in (?:total|all))?|(?:do"
    r"|can) (?:you|i|we) (?:have|know"
    r"|hold|read)"
    r"(?: in (?:total|all)| here| access to)?|have (?:you|i|we)(?: got| added| read)?|does (?:it|the (?:index"
    r"|collection)) have"
    r"|are (?:there )?in (?:the|my|your|this) (?:index|collection|library|corpus|folder))"
)
_ALL = r"(?:all(?: of)? (?:the|my|your|these) |all |the |my |your |these |those )"
_THIS = (
    rf"(?P<topic>(?:it|this|that|they|these|everything)(?: all)?|(?:the|this|my|your) (?:collection|library|index"
    rf"|corpus)"
    rf"|{_ALL}{_DOCUMENTS}|(?:the|this|that) {_DOCUMENT})"
)
_ANY = r"(?:any|some|something|anything|everything|all|what|which)"
_ABOUT = r"(?:about|on|regarding|concerning|related to)"
_MENTION = r"(?:mention|name|refer to|contain|use the words?|talk about|speak of|write about|discuss|cover|deal with)"
_SHOW = r"(?:list|show|give|find|name|display|get|open)(?: me| us)?"
_QUOTED = r"(?:quotes?|quotations?|passages?|sentences?|words|parts?|paragraphs?|sections?|excerpts?|statements?)"
_SHORT = rf"(?:(?-i:(?:the )?{CAPITALISED}(?: {LINK}{CAPITALISED})*)|[\w'-]+(?: [\w'-]+){{0,3}}?)"
_DATED = (
    r"(?P<when>from|of|in|on|after|before|since|until|between|during)"
    rf" (?P<topic>(?:\d{{1,2}} )?(?:{any_of(MONTHS)}|\d{{4}})\b[\w ,-]*|\d{{4}}-\d\d(?:-\d\d)?)"
)
_SUMMARY = (
    r"(?:summary|gist|overview|outline|synopsis|abstract|key points?|main points?|main ideas?|essence|takeaways?"
    r"|key takeaways?|highlights|short version)"
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, its kind, and the words that say what about: a topic, an author, a date, or the document to summarise.

    ``detail`` narrows a kind: "count" or "" for documents, the word before a date ("before"), a type of file, "newest".
    """

    text: str
    kind: Kind
    topic: str = ""
    detail: str = ""


def _kind(kind: Kind, *patterns: str) -> tuple[Kind, re.Pattern[str]]:
    """A row of the table: any of the patterns matches a whole message of this kind."""
    numbers = count()  # since a name may stand only once in a pattern
    numbered = re.sub(r"\(\?P<(\w+)>", lambda name: f"(?P<{name[1]}_{next(numbers)}>", "|".join(patterns))
    return kind, re.compile(numbered, re.I)


KINDS = (
    _kind(
        "greeting",
        r"(?:(?:hi+|hello+|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))[ ,!]*"
        r"(?:there|pincite|again|all|everyone|everybody|friend)?[ ,!.]*)+"
        r"(?:how are you(?: doing)?(?: today)?|how(?:'s| is) it going|nice to meet you|what'?s up)?",
        r"how are you(?: doing)?(?: today)?|how(?:'s| is) it going|nice to meet you|what'?s up",
        r"(?:test|testing)(?: test| testing)*",
    ),
    _kind(
        "thanks",
        r"(?:(?:ok(?:ay)?|great|perfect|cool|good|nice|wonderful|excellent|many|alright|all right|yes|no)[ ,!.]*)*"
        r"(?:thanks|thank you|thx|ty|cheers|much appreciated)"
        r"(?: (?:a lot|so much|very much|a million|again|pincite|indeed|for (?:the|your|that|this)(?: \w+){0,2}))*"
        r"(?:[ ,!.]+that(?: was|'s| is) (?:all|very helpful|helpful|great|useful))?",
        r"(?:ok(?:ay)?|great|perfect|cool|good(?: job| work)?|well done|nice|wonderful|excellent|wow|lol|haha"
        r"|got it|i see|sure"
        r"|alright|all right|understood|awesome|amazing|very good|sounds good|never ?mind|no problem|yes|no|yep"
        r"|nope)",
    ),
    _kind(
        "farewell",
        r"(?:good)?bye(?:[ -]?bye)?|good ?night|see you(?: later| soon)?|see ya|take care|so long|that(?:'s| is"
        r"| was) all",
    ),
    _kind(
        "pincite",
        r"(?:who|what)(?: exactly)? are you|who(?:'s| is) there|who (?:made|built|created|wrote|programmed"
        r"|developed) you",
        r"(?:what (?:else )?)?can you (?:do|help(?: me)?(?: with)?|answer)(?: for me| here)?"
        r"|help(?: me)?(?: please)?",
        r"what do you do|what are you (?:for|good at|able to do)|how (?:do|can) (?:i|we) (?:use|ask) (?:you|this|it"
        r"|pincite)",
        r"how do you work|how does (?:this|it|pincite)(?: (?:thing|tool|app|page|program))? work"
        r"|how can you help(?: me)?",
        r"(?:who|what) is pincite|(?:what|which) questions? (?:can|may|should) (?:i|we) ask(?: you| here)?",
        r"what (?:can|may|should) (?:i|we) ask(?: you| here)?|what is this (?:app|tool|page|site|program|thing"
        r"|website)",
        r"are you (?:(?:a|an|the) )?(?:real |an? )?(?:bot|robot|chat ?bot|human|person|ai|machine|computer"
        r"|chat ?gpt|llm|there"
        r"|language model|large language model)|(?:do you use|is this) (?:an? )?(?:ai|chat ?gpt|llm"
        r"|(?:large )?language model)",
        r"(?:what(?:'s| is) your name|do you have a name|do you speak \w+|(?:what|which) languages? do you (?:speak"
        r"|understand))",
        r"where do (?:you get )?your (?:answers|information|data|knowledge) (?:come )?from|(?:can"
        r"|should) i trust you",
    ),
    _kind(
        "calculation",
        r"(?:calculate|compute|work out|add up|multiply|divide|subtract)\b.*",
        r"(?:(?:what(?:'s| is)|how much is) )?[\d.,]+%?(?: ?(?:[-+*/x×÷^]|plus|minus|times|divided by|% of"
        r"|percent of) ?[\d.,]+)+"
        r"(?: ?=)?",
        r"what(?:'s| is) the square root of [\d.,]+",
    ),
    _kind(
        "translation",
        r"translate\b.*",
        r"(?:how (?:do|would) (?:you|i) say|what(?:'s| is)) (?P<topic>[\w'-]+(?: [\w'-]+)?) in (?:german|french"
        r"|spanish|italian|russian|chinese"
        r"|japanese|polish|dutch|turkish|arabic|portuguese|latin)",
    ),
    _kind(
        "writing",
        r"(?:write|compose|draft|invent|make up|generate|create)(?: me| us)? (?:an?|the|some|my)"
        r"(?: \w+){0,2}? (?:poem|song|story|essay|e-?mail|letter|article|tweet|post|haiku|speech|headline"
        r"|blog(?: post)?|joke"
        r"|script|code|program|limerick|report|text|paragraph|summary report|press release|list of questions|quiz)\b"
        r"(?: (?:about|on|for|of|to) (?P<topic>.+))?",
        r"(?:tell|sing|read)(?: me| us)? (?:an?|another) (?:\w+ )?(?:joke|story|song|poem|riddle)(?: (?:about|on"
        r"|for) (?P<topic>.+))?",
        r"(?:rewrite|paraphrase|rephrase|proofread)\b.*",
    ),
    _kind(
        "opinion",
        r"what do you (?:think|feel|believe)(?: (?:of|about|on|is|are) (?P<topic>.+))?|what(?:'s| is"
        r"| are) your (?:opinions?|thoughts?"
        r"|views?|take|favou?rites?)(?: (?:of|about|on) (?P<topic>.+)| .+)?",
        r"(?:do|would) you (?:think|like|believe|agree|prefer|recommend|love|hate|feel)\b(?: that)?(?P<topic>.*)",
        r"in your (?:opinion|view),? (?P<topic>.+)|how do you feel about (?P<topic>.+)|(?:what|which) (?:would"
        r"|do) you prefer\b.*",
        r"(?:what )?should (?:i|we) (?P<topic>.+)|is it (?:right|wrong|fair|a good idea) (?:that|to) (?P<topic>.+)",
    ),
    _kind(
        "news",
        r"what(?:'s| is) the (?:weather|temperature)(?: like)?(?: (?:today|tomorrow|now|outside|in \w+))*",
        r"(?:what time is it|what(?:'s| is) the (?:time|date)|what day is (?:it|today)|what(?:'s| is) (?:today'?s"
        r"|the current) date)"
        r"(?: now| today)?",
    ),
    _kind(
        "count",
        rf"(?:how many|number of) {_SORTS}(?: {_HERE})?|(?:do you have|are there) (?:any "
        rf"|some )?{_SORTS}(?: {_HERE})?",
    ),
    _kind(
        "superlative",
        rf"(?:(?:what|which)(?: one)?(?:'s| is| are| was| {_DOCUMENT} is)|{_SHOW})? ?(?:the|your|my)? ?"
        rf"(?P<detail>newest|latest|most recent|oldest|earliest|longest|shortest|largest|biggest|smallest) "
        rf"(?:{_DOCUMENT}|{_DOCUMENTS})(?: {_HERE})?",
        rf"which (?:of (?:the|my|your) )?(?:{_DOCUMENT}|{_DOCUMENTS}) (?:is|are) (?:the )?"
        r"(?P<detail>newest|latest|most recent|oldest|earliest|longest|shortest|largest|biggest|smallest)",
    ),
    _kind(
        "written by",
        rf"(?P<detail>(?:which|what|how many)|(?:{_SHOW} )?(?:me )?(?:all |the )*) ?{_DOCUMENTS} (?:(?:are|were|is"
        rf"|was) )?"
        r"(?:written |published )?by (?P<topic>.+)",
        rf"(?P<detail>which|what|how many) {_DOCUMENTS} (?:did|has|have) (?P<topic>.+?) (?:write|written|publish"
        rf"|published|author|authored)",
        r"(?:who are the authors|(?:which|what) authors(?: are there| do you have)?|who wrote (?:these|the|my"
        r"|all) articles|list (?:all )?"
        rf"(?:the )?authors)(?: {_HERE}| of (?:the|these|my) {_DOCUMENTS})?",
    ),
    _kind(
        "written when",
        rf"(?P<detail>which|what|how many|(?:{_SHOW} )?(?:me )?(?:all |the )*) ?{_DOCUMENTS} "
        rf"(?:(?:do you have|are there|(?:are|were) (?:published|written|dated)|published|written|dated|are"
        rf"|were) )?{_DATED}",
    ),
    _kind(
        "mentions",
        rf"(?P<detail>which|what|how many)(?: of (?:the|my|your|these))? {_DOCUMENTS} {_MENTION} (?P<topic>.+)",
        rf"(?P<detail>which|what|in which|how many) (?:one|{_DOCUMENT})s? (?:mentions|talks about|discusses|names"
        rf"|refers to|is) "
        r"(?P<topic>.+) (?:mentioned|named|discussed)?",
        rf"which {_DOCUMENT} (?:mentions|talks about|discusses) (?P<topic>.+)",
        rf"(?:in )?(?P<detail>which|what|how many)(?: of (?:the|my|your|these))? {_DOCUMENTS} (?:is"
        rf"|are) (?P<topic>.+) "
        r"(?:mentioned|named|discussed)(?: in)?",
        r"where (?:is|are) (?P<topic>.+) mentioned",
        rf"(?:list|show(?: me)?|find(?: me)?|give me) (?:all |the |all the )?{_DOCUMENTS} (?:that "
        rf"|which )?(?:mention(?:ing)?|naming"
        r"|discuss(?:ing)?|talk(?:ing)? about) (?P<topic>.+)",
    ),
    _kind(
        "about",
        rf"(?P<detail>which|what|how many)(?: of (?:the|my|your|these))? {_DOCUMENTS} (?:(?:is|are|do you have"
        rf"|are there|have you"
        rf"|are written|were written) )?{_ABOUT} (?P<topic>.+)",
        rf"which (?:one|{_DOCUMENT}) is about (?P<topic>.+)",
        rf"(?:{_SHOW} )?(?:me )?(?:all |the |all the |any )?{_DOCUMENTS} {_ABOUT} (?P<topic>.+)",
        rf"(?:do you have|is there|are there|have you(?: got)?) (?:an? )?(?:{_ANY} )?(?:(?:{_DOCUMENTS}|{_DOCUMENT}"
        rf"|information|texts?) )?"
        r"(?:about|on|regarding|that mentions?) (?P<topic>.+)",
        r"what do you have (?:about|on|regarding) (?P<topic>.+)",
    ),
    _kind(
        "listing",
        rf"(?:what|which) {_SORTS} {_HERE}",
        rf"{_SHOW} (?:all |the |my |your |all the |all my )?(?:{_SORTS}|titles)(?: {_HERE})?",
        r"what(?:'s| is) in (?:the|my|your|this) (?:index|collection|library|corpus|folder)",
        r"what (?:do|can) you (?:know|read)|what topics (?:do you know|are there|do you (?:have|cover))",
    ),
    _kind(
        "overview",
        r"(?:please )?(?:summari[sz]e|sum up|recap|outline|condense)(?: (?P<topic>.+?))?(?: for me| (?:briefly"
        r"|shortly|in short"
        r"|in (?:a few|one|two|three) (?:words?|sentences?)))?",
        rf"(?:(?:give|show|write|make)(?: me| us)? )?(?:an? |the )?(?:short |brief |quick )?{_SUMMARY}(?: (?:of|for"
        rf"|about) (?P<topic>(?!.* (?:is|that|was)$).+))?",
        rf"what(?:'s| is| are|'re| was| were) {_THIS} (?:all |mainly |mostly )?about|tl;?dr(?:[: ]+(?P<topic>.+))?",
        rf"what (?:is|are) the {_SUMMARY}|what (?:does|do) {_THIS} (?:deal with|discuss|cover|talk about|say)",
    ),
    _kind(
        "overview of a document",
        rf"what (?:is|are) the {_SUMMARY} of (?P<topic>.+)",
        r"what(?:'s| is| are|'re| was| were) (?P<topic>.+?) (?:all |mainly |mostly )?about",
        r"what (?:does|do) (?P<topic>.+?) (?:deal with|discuss|cover|talk about|say)",
        r"what (?:happens|can i (?:read|learn)|stands|is(?: written)?) in (?P<topic>.+)",
    ),
    _kind(
        "more",
        r"(?:(?:tell|show|give) me |can you tell me )?(?:some |a (?:bit|little) )?more(?: (?:details?|please"
        r"|information|info|about (?:it|that"
        r"|this|him|her|them)))*|go on|continue|keep going|(?:and |so )?(?:then|after that)"
        r"|(?:and )?what (?:happened|came|comes|happens) "
        r"(?:then|next|after that|afterwards)|(?:and )?what else|(?:anything|something) else"
        r"|(?:and )?what(?:'s)? next|elaborate"
        r"|(?:what does it|what do they) say (?:next|then)|next",
        r"what comes after [\"“](?P<topic>[^”\"]+)",
    ),
    _kind(
        "quote",
        rf"(?:(?:please )?(?:give|show|find|read|tell|cite|get)(?: me| us)? |what(?:'s| is| was) |i (?:need"
        rf"|want) )?(?:the |an? |any |all )?"
        rf"(?:exact |original |full |whole |famous )?{_QUOTED} (?:about|on|where|in which|that says?|which says?"
        rf"|saying|that mentions?"
        r"|which mentions?|with|that deals? with|regarding) (?P<topic>.+)",
        r"where (?:does|do) (?:it|they|(?:the|your|my) (?:articles?|documents?|texts?)) (?:say|mention|write"
        r"|state)(?: that)? (?P<topic>.+)",
        r"(?:search(?: for)?|look up|look for|find)(?: me)? (?P<topic>(?!out\b|the (?:sum|difference|product)\b).+)",
        r"quote (?:me )?(?P<topic>.+)",
    ),
    _kind(
        "topic",
        r"(?:please )?(?:tell|teach|inform|brief|update)(?: me| us)(?: (?:more|something|some more|a (?:bit"
        r"|little)(?: more)?|all|all you know"
        r"|everything|everything you know|what you know|briefly|what (?:is|the articles) (?:say|said)))? (?:about"
        r"|on|of) (?P<topic>.+)",
        r"(?:please )?(?:give|show|get|send|find|provide)(?: me| us)? (?:(?:any|some|more|all|the|a few|a bit of"
        r"|further|general|basic) )*"
        r"(?:information|info|details|facts|background|material|data) (?:about|on|of|regarding|for) (?P<topic>.+)",
        rf"(?:please )?(?:explain|describe)(?: to me"
        rf"| me)? (?P<topic>(?!{any_of(QUESTION_WORDS)}\b){_SHORT})(?: to me)?",
        r"i(?:'d| would| want)?(?: like)?(?: to| wanna)? (?:know|learn|read|hear) (?:more |something "
        r"|everything )?(?:about|on|of) (?P<topic>.+)",
        r"what do (?:you|they|(?:the|your|my) (?:articles|documents|texts|sources)) (?:know|say|write|tell(?: us"
        r"| me)?|report)"
        r" (?:about|on|of) (?P<topic>.+)",
        r"what (?:does|do) (?:it|the (?:article|text|document)) say about (?P<topic>.+)",
        r"(?:any |some |more )?(?:information|info|details|facts|background|news|anything|something"
        r"|everything) (?:about|on|regarding) "
        r"(?P<topic>.+)",
        r"(?:i(?:'m| am) (?:interested in|looking for(?: information (?:about|on))?)|talk to me about"
        r"|let'?s talk about) (?P<topic>.+)",
    ),
)

# Asked of someone politely: taken off before the table is looked up, and only there.
_POLITE = re.compile(
    r"^(?:(?:ok(?:ay)?|hi|hello|hey|so|now|well|pincite|please|sorry|excuse me|good (?:morning|afternoon"
    r"|evening))[ ,!.:]+)*"
    r"(?:(?:can|could|would|will) you (?:please |kindly |just )?|i (?:want|would like|'d like) you to "
    r"|would you mind )?(?:please )?",
    re.I,
)
_ENDING = re.compile(r"(?:[ ,]+(?:please|pls|plz|thanks|thank you|pincite|mate))?[\s?!.…,;:)\"'”]*$", re.I)
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]")
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
    words = _SPACES.sub(" ", text).strip()
    if not _WORD.search(words):
        return Message(text, "empty")
    if len(words) > LONGEST:
        return Message(text, "question")
    core = _core(words)
    for said in dict.fromkeys((core, _core(_POLITE.sub("", words)))):
        for kind, pattern in KINDS:
            if found := pattern.fullmatch(said):
                return Message(text, kind, *_named(found))
    if in_another_language(core):
        return Message(text, "another language", core)
    if _BARE.fullmatch(core) and core.lower() not in _NOT_BARE and core.split()[0].lower() not in _NOT_BARE - {"the"}:
        return Message(text, "topic", core)
    return Message(text, "question")


def _core(words: str) -> str:
    """The words without the marks and courtesies at their end."""
    return _ENDING.sub("", words.replace("’", "'").strip("\"'“” "))


def _named(found: re.Match[str]) -> tuple[str, str]:
    """The topic and the detail that a match names."""
    named: dict[str, str] = {}
    for name, value in found.groupdict().items():
        if value is not None:
            named.setdefault(name.rpartition("_")[0], value.strip())
    detail = named.get("when") or named.get("type") or named.get("detail", "")
    return _unquoted(named.get("topic", "")), detail.casefold()


def _unquoted(topic: str) -> str:
    """A topic without quotation marks around it."""
    return topic.strip("\"“”'‘’ ") if topic[:1] in "\"“'‘" else topic
