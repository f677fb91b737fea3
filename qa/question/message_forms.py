"""The forms of messages that are no question about a fact, as patterns of a whole message: FORMS is the table.

Contractions are written out before a message is looked up, so "what's" is "what is" here. A pattern that would catch a
question about a fact does not belong here; ``eval/studies/message_kinds.py`` counts them.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Literal

from qa.english import CAPITALISED, LINK, MONTHS, QUESTION_WORDS, any_of

Kind = Literal[
    "question",
    "empty",
    "greeting",
    "thanks",
    "farewell",
    "pincite",
    "remark",
    "calculation",
    "translation",
    "writing",
    "action",
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

_DOCUMENTS = "(?:articles|documents|files|papers|texts|sources|reports|pdfs|stories|pieces)"
_DOCUMENT = "(?:article|document|file|paper|text|source|report|pdf|story|piece)"
_ONES = rf"(?:{_DOCUMENTS}|{_DOCUMENT}|ones?)"
_TYPED = "(?P<type>pdf|word|docx?|html?|web|text|txt|markdown|md|epub|csv|e-?mail|excel|xlsx|powerpoint|pptx)"
_SORTS = (
    rf"(?:(?P<type>pdf|e-?mail|epub|txt|csv|spreadsheet)s|(?:{_TYPED} )?{_DOCUMENTS}|{_TYPED} ?pages|word documents)"
)
_YOU = "(?:you|i|we)"
_HERE = (
    rf"(?:(?:that )?{_YOU} have(?: got)?|(?:are )?(?:there|(?:in )?here|indexed|available)(?: here| in (?:total|all))?"
    rf"|(?:do|can) {_YOU} (?:have|know|hold|read)(?: in (?:total|all)| here| access to)?|have {_YOU}(?: got| added| read)?"
    rf"|did {_YOU} (?:give|add|upload|load|index|send|read)(?: you| here| in)?|does (?:it|the (?:index|collection)) have"
    r"|(?:have been |were )?(?:added|uploaded|indexed)(?: so far| here)?"
    r"|are (?:there )?in (?:the|my|your|this) (?:index|collection|library|corpus|folder))"
)
_ALL = "(?:(?:all|every|each|of|the|my|your|these|those) )*"
_THIS = (
    r"(?P<topic>(?:the rest of )?(?:all )?(?:it|this|that|they|these|everything)(?: all)?|(?:the|this|my|your) (?:collection"
    rf"|library|index|corpus)|(?:all (?:of )?)?(?:the |my |your |these |those )?{_DOCUMENTS}|(?:the|this|that) {_DOCUMENT})"
)
_ANY = "(?:any|some|something|anything|everything|all|what|which)"
_MENTION = (
    "(?:mentions?|names?|refers? to|says? (?:something|anything) (?:about|on)"
    "|contains?|uses? the words?|(?:talk|speak|writ)e?s? (?:about|of)|discuss(?:es)?|covers?"
    "|deals? with)"
)
_MENTIONED = "(?:mentioned|named|discussed)"
_SHOW = "(?:list|show|give|find|name|display|get|open)(?: me| us)?"
_WHICH = rf"(?P<detail>which|what|how many)(?: of (?:the|my|your|these))? {_ONES}"
_QUOTED = "(?:quotes?|quotations?|passages?|sentences?|lines?|words|parts?|paragraphs?|sections?|excerpts?|statements?)"
_SHORT = rf"(?:(?-i:(?:the )?{CAPITALISED}(?: {LINK}{CAPITALISED})*)|[\w'-]+(?: [\w'-]+){{0,3}}?)"
_DATED = (
    r"(?P<when>from|of|in|on|after|before|since|until|between|during|(?:old|new|lat|earli)er than)"
    rf" (?P<topic>(?:\d{{1,2}} )?(?:{any_of(MONTHS)}|\d{{4}})\b[\w ,-]*|\d{{4}}-\d\d(?:-\d\d)?)"
)
_END = "(?P<detail>newest|latest|most recent|oldest|earliest|longest|shortest|largest|biggest|smallest)"
_SUMMARY = (
    "(?:summary|gist|overview|outline|synopsis|abstract|(?:key|main) (?:points?|ideas?|takeaways?)|essence|takeaways?|highlights"
    "|short version|big picture)"
)
_ABOUT = "(?:about|on|regarding|concerning|related to)"
_THANKS = "(?:thanks+|thank you|thx|ty|cheers|much appreciated|merci|danke|gracias|grazie)"
_PRAISE = (
    "(?:ok(?:ay)?|great|perfect|cool|good(?: job| work)?|well done|nice|wonderful|excellent|brilliant|super|awesome|amazing"
    "|helpful|useful|alright|all right|yes|yep|no|nope|wow|lol|haha|got it|i see|sure|understood|sounds good|never ?mind"
    "|no problem)"
)
_HELPS = (
    "(?:(?:that|this|it) (?:really )?help(?:s|ed)(?: (?:me|us|a lot|very much))*"
    "|(?:(?:that|this) (?:is|was) )?(?:just|exactly) what i (?:needed|wanted|was looking for))"
)
_FACTS = "information|info|details|facts|figures|numbers|background"
_MODEL = "(?:a |an |the |real )*(?:bot|robot|chat ?bot|human|person|ai|machine|computer|chat ?gpt|llm|(?:large )?language model)"
_MINE = "(?:my|our|the|these) (?:data|articles|documents|files|questions|texts)"
_TEXT_KINDS = (
    r"(?:poem|song|story|essay|e-?mail|letter|article|tweet|post|haiku|speech|headline|blog(?: post)?|joke|script|code|program"
    r"|limerick|report|text|paragraph|summary report|press release|list of questions|quiz)"
)
_OPINION = "(?:opinions?|thoughts?|views?|take|favou?rites?)"


def _form(kind: Kind, *patterns: str) -> tuple[Kind, re.Pattern[str]]:
    """A row of the table: any of the patterns matches a whole message of this kind."""
    numbers = count()  # since a name may stand only once in a pattern
    numbered = re.sub(r"\(\?P<(\w+)>", lambda name: f"(?P<{name[1]}_{next(numbers)}>", "|".join(patterns))
    return kind, re.compile(numbered, re.I)


FORMS = (
    _form(
        "greeting",
        r"(?:(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|hallo|bonjour|hola|good (?:morning|afternoon|evening|day)|morning|evening)"
        r"(?:[ ,!]+(?:there|pincite|again|all|everyone|everybody|friend))?(?:[ ,!.]+|$))+"
        r"(?:to you(?: all)? ?)?(?:how are you(?: doing)?(?: today)?|how is it going|nice to meet you|what is up"
        r"|(?:i )?hope (?:you are|all is|everything is) (?:well|fine|good|ok))?",
        r"how are you(?: doing)?(?: today)?|how is it going|nice to meet you|what is up|(?:test|testing)(?: test| testing)*",
    ),
    _form(
        "thanks",
        rf"(?:(?:(?:that|this|it) (?:is|was) )?(?:(?:really|very|so) )?(?:{_PRAISE}|many)[ ,!.]+)*{_THANKS}"
        r"(?: (?:a lot|so much|very much|a million|again|pincite|indeed|for (?:the|your|that|this)(?: \w+){0,2}))*"
        rf"(?:[ ,!.]+(?:that (?:was|is) (?:all|(?:very |really )?{_PRAISE})|{_HELPS}))?",
        rf"(?:{_PRAISE}[ ,!.]+)?{_HELPS}",
        rf"(?:(?:that|this|it) (?:is|was) )?(?:(?:really|very|so) )?{_PRAISE}",
    ),
    _form(
        "farewell",
        r"(?:good)?bye(?:[ -]?bye)?|good ?night|see (?:you|ya)(?: later| soon)?|take care|so long|that (?:is|was) all",
    ),
    _form(
        "pincite",
        r"(?:who|what)(?: exactly)? are you|who is there|who (?:made|built|created|wrote|programmed|developed) you",
        r"(?:what (?:else )?)?can you (?:do|help(?: me)?(?: with)?|answer)(?: for me| here)?|help(?: me)?(?: please)?",
        r"what do you do|what are you (?:for|good at|able to do)|how (?:do|can) (?:i|we) (?:use|ask) (?:you|this|it|pincite)",
        r"how (?:do you|does (?:this|it|pincite)(?: (?:thing|tool|app|page|program))?) work|how can you help(?: me)?",
        r"(?:who|what) is pincite",
        r"(?:what|which)(?: (?:kinds?|sorts?|types?) of)?(?: questions?)? (?:can|may|should) (?:i|we) ask(?: you| here)?",
        r"what is (?:this|that) (?:app|tool|page|site|program|thing|website)|are you (?:there|online)",
        rf"are you {_MODEL}|(?:do you use|is this) {_MODEL}|what is your name|do you (?:have a name|speak \w+)",
        r"(?:what|which) languages? do you (?:speak|understand)|(?:can|should) i trust you|do you (?:lie|make things up)",
        r"where do (?:you get )?your (?:answers|information|data|knowledge) (?:come )?from|how do you (?:find|know) (?:the |your )?"
        r"answers?|can you (?:search|use|access|browse|see)(?: the)? (?:web|internet|google)(?: (?:too|as well))?",
        rf"(?:is|are|do you|does (?:it|this|pincite)|will|who|where) (?:.{{0,30}} )?{_MINE} (?:.{{0,30}} )?(?:safe|private"
        rf"|secure|sent"
        rf"|stored|shared|uploaded|saved|kept|go)(?: .{{0,30}})?|do you (?:send|share|upload|store|keep"
        rf"|save) {_MINE}(?: .{{0,30}})?",
    ),
    _form(
        "remark",
        r"(?:no,? )?(?:that|this|it) (?:is|was) (?:not |n't )?(?:wrong|right|correct|incorrect|false|true|nonsense|a mistake"
        r"|what i (?:asked|meant|wanted)(?: for)?)|wrong(?: answer)?|not what i (?:asked|meant|wanted)(?: for)?",
        r"(?:are you |is (?:that|this|it) )?(?:really )?(?:sure|certain|true|correct|right)|really"
        r"|(?:sorry )?i (?:do not|did not|cannot) (?:understand|get|believe|trust|follow)(?: (?:it|that|this|you))?"
        r"|what do you mean|(?:huh|what)",
        r"(?:which|what) (?:article|document|file|source) (?:is|was) (?:it|that|this) (?:from|in)"
        r"|where (?:did|do) you (?:get|find|have|take) (?:it|that|this)(?: from)?|how do you know(?: (?:that|this|it))?"
        r"|(?:what (?:is|are) )?(?:the |your )sources?(?: (?:of|for) (?:that|this|it))?|prove it",
    ),
    _form(
        "calculation",
        r"(?:calculate|compute|work out|add up|multiply|divide|subtract)\b.*|what is the square root of [\d.,]+",
        r"(?:(?:what is|how much is) )?[\d.,]+%?(?: ?(?:[-+*/x×÷^]|plus|minus|times|divided by|% of|percent of|(?<=%) of) ?"
        r"[\d.,]+)+(?: ?=)?",
    ),
    _form(
        "translation",
        r"translate\b.*",
        r"(?:how (?:do|would) (?:you|i) say|what is) (?P<topic>[\w'-]+(?: [\w'-]+)?) in (?:german|french|spanish|italian|russian"
        r"|chinese|japanese|polish|dutch|turkish|arabic|portuguese|latin)",
    ),
    _form(
        "writing",
        rf"(?:write|compose|draft|invent|make up|generate|create)(?: me| us)? (?:an?|the|some|my)(?: \w+){{0,2}}? {_TEXT_KINDS}\b"
        r"(?: (?:about|on|for|of|to) (?P<topic>.+))?",
        r"(?:tell|sing|read)(?: me| us)? (?:an?|another) (?:\w+ )?(?:joke|story|song|poem|riddle)(?: (?:about|on"
        r"|for) (?P<topic>.+))?",
        r"(?:rewrite|paraphrase|rephrase|proofread)\b.*",
        r"(?:put|say|explain) (?:it|this|that)(?: again)? in(?:to)? (?:\w+ )?(?:simple|simpler|easy|easier|plain|other|your own) "
        r"(?:words|english|terms|language)",
    ),
    _form(
        "action",
        r"(?:send|e-?mail|forward|print|save|export|download|upload|delete|remove|erase|rename|remind|share)"
        r" (?:this|that|it|them|the|my|all|these|those|me|us|him|her)\b.*",
    ),
    _form(
        "opinion",
        r"what do you (?:think|feel|believe)(?: (?:of|about|on|is|are) (?P<topic>.+))?"
        rf"|(?:what (?:is|are)|give me|tell me) your {_OPINION}(?: (?:of|about|on) (?P<topic>.+)| .+)?",
        r"(?:do|would) you (?:think|like|believe|agree|prefer|recommend|love|hate|feel)\b(?: that)?(?P<topic>.*)",
        r"in your (?:opinion|view),? (?P<topic>.+)|how do you feel about (?P<topic>.+)",
        r"(?:what|which)(?: [\w-]+){0,2} (?:would you (?:prefer|recommend|choose|suggest)|do you (?:prefer|recommend|like"
        r" (?:best|most)))\b.*",
        r"(?:what )?should (?:i|we) (?P<topic>.+)|is it (?:right|wrong|fair|a good idea) (?:that|to) (?P<topic>.+)",
    ),
    _form(
        "news",
        r"what is the (?:weather|temperature)(?: like)?(?: (?:today|tomorrow|now|outside|in \w+))*",
        r"(?:what time is it|what is the (?:time|date)|what day is (?:it|today)|what is (?:today'?s"
        r"|the current) date)(?: now| today)?",
    ),
    _form(
        "count",
        rf"(?:how (?:many|much)|(?:the )?(?:total )?number of|count(?: all)?(?: the| my)?) {_SORTS}(?: {_HERE})?",
        rf"(?:(?:do|have) {_YOU}(?: have| got)?|are there)? ?(?:any|some) {_SORTS}(?: {_HERE})?|do {_YOU} have {_SORTS}",
    ),
    _form(
        "superlative",
        rf"(?:(?:what|which)(?: one)? (?:(?:is|are|was)|{_DOCUMENT} is)|{_SHOW}|when was)? ?(?:the|your|my)? ?{_END} {_ONES}"
        rf"(?: {_HERE}| (?:published|written|added))?",
        rf"which (?:of (?:the|my|your) )?{_ONES} (?:is|are) (?:the )?{_END}",
    ),
    _form(
        "written by",
        rf"(?P<detail>(?:which|what|how many)|(?:{_SHOW} )?(?:me )?{_ALL}) ?{_DOCUMENTS} (?:(?:are|were|is|was) )?"
        r"(?:written |published )?by (?P<topic>.+)",
        rf"(?P<detail>which|what|how many) {_DOCUMENTS} (?:did|has|have) (?P<topic>.+?) (?:write|written|publish|published|author"
        r"|authored)",
        rf"(?:who are the|which|what|all|(?:a |the )?list (?:of )?(?:all )?)(?: the)? ?authors(?: are there| do you have)?"
        rf"(?: {_HERE}| of (?:the|these|my) {_DOCUMENTS})?|who wrote (?:these|the|my|all) {_DOCUMENTS}",
        rf"(?:(?:do you have|is there|{_SHOW}) )?(?:anything|something|everything|all)(?: written)? by (?P<topic>.+)",
        rf"{_SHOW} (?:everything|all|anything)(?: that| which)? (?P<topic>.+) (?:wrote|has written|published)",
        rf"(?:has|have|did) (?P<topic>.+) (?:written|write|published|publish) (?:anything|something"
        rf"|any (?:of )?(?:the )?{_DOCUMENTS})",
    ),
    _form(
        "written when",
        rf"(?P<detail>which|what|how many|(?:{_SHOW} )?(?:me )?{_ALL}) ?{_DOCUMENTS} "
        rf"(?:(?:do you have|are there|(?:are|were) (?:published|written|dated)|published|written|dated|are|were) )?{_DATED}",
        rf"(?:(?:do you have|is there|{_SHOW}) )?(?:anything|something|everything) {_DATED}",
    ),
    _form(
        "mentions",
        rf"{_WHICH} (?P<not>(?:do|does) not )?{_MENTION} (?P<topic>.+)",
        rf"(?:in )?{_WHICH} (?:is|are|do|does) (?P<topic>.+) (?:{_MENTIONED}|appear|occur|come up)(?: in)?",
        rf"where (?:is|are) (?P<topic>.+) mentioned|(?:is|are|was|were) (?P<topic>.+) {_MENTIONED} (?:anywhere|somewhere"
        rf"|in any {_ONES})",
        rf"(?:do|does) (?:any|some)(?: of (?:the|my|your|these))? {_ONES} {_MENTION} (?P<topic>.+)",
        rf"(?:list|show(?: me)?|find(?: me)?|give me) {_ALL}{_DOCUMENTS} (?:that |which )?(?:(?P<not>(?:do|does) not )?{_MENTION}"
        r"|mentioning|naming|discussing|talking about) (?P<topic>.+)",
    ),
    _form(
        "about",
        rf"{_WHICH} (?:(?:is|are|do you have|are there|have you|are written|were written) )?{_ABOUT} (?P<topic>.+)",
        rf"(?:{_SHOW} )?(?:me )?(?:any )?{_ALL}{_DOCUMENTS} {_ABOUT} (?P<topic>.+)",
        rf"(?:(?:do you have|is there|are there|have you(?: got)?|got) )(?:an? )?(?:{_ANY} )?(?:(?:{_DOCUMENTS}|{_DOCUMENT}"
        r"|information) )?(?:about|on|regarding|that mentions?) (?P<topic>.+)",
        r"what do you have (?:about|on|regarding) (?P<topic>.+)",
    ),
    _form(
        "listing",
        rf"(?:what|which) {_SORTS} {_HERE}",
        rf"{_SHOW} {_ALL}(?:{_SORTS}|(?:(?<=every )|(?<=each )){_DOCUMENT}|titles)(?: {_HERE}| with (?:its|their) titles?)?",
        rf"(?:{_ALL}titles|what {_DOCUMENTS}|list)(?: of {_ALL}{_DOCUMENTS})?",
        r"what is in (?:here|(?:the|my|your|this) (?:index|collection|library|corpus|folder))|what have you got(?: here)?"
        rf"|what (?:have {_YOU}|did {_YOU}) (?:upload|add|index|load)(?:ed)?(?: (?:so far|here|already|yet))*",
        r"what (?:do|can) you (?:know|read|have)|what topics (?:do you know|are there|do you (?:have|cover))",
    ),
    _form(
        "overview",
        r"(?:please )?(?:summari[sz]e|sum up|sum(?= .+ up$)|recap|outline|condense)(?: (?P<topic>.+?))?(?: up)?"
        r"(?: for me| (?:briefly|shortly|in short|in (?:a few|one|two|three|\d) (?:words?|sentences?|lines?)))*",
        rf"(?:(?:give|show|write|make)(?: me| us)? )?(?:an? |the )?(?:short |brief |quick )?{_SUMMARY}"
        r"(?::? (?:of |for |about )?(?P<topic>(?!.* (?:is|that|was)$).+))?",
        rf"(?:and )?what (?:is|are|was|were) {_THIS} (?:all |mainly |mostly )?about|tl;?dr(?:[: ]+(?P<topic>.+))?",
        rf"(?:are|is) there any(?:thing)?(?: (?:other|else|more|important|interesting))*(?: (?:aspect|fact|thing|detail|point)s?)?"
        rf" (?:about|in) {_THIS}",
        rf"what (?:is|are) the {_SUMMARY}|(?:and )?what (?:else )?(?:does|do) {_THIS} (?:deal with|discuss|cover|talk about|say)"
        rf"|(?:and )?what else is (?:in )?{_THIS}",
    ),
    _form(
        "overview of a document",
        rf"what (?:is|are) the {_SUMMARY} of (?P<topic>.+)",
        r"what (?:is|are|was|were) (?P<topic>.+?) (?:all |mainly |mostly )?about",
        r"what (?:does|do) (?P<topic>.+?) (?:deal with|discuss|cover|talk about|say)",
        r"what (?:happens|can i (?:read|learn)|stands|is(?: written)?) in (?P<topic>.+)",
    ),
    _form(
        "more",
        r"(?:(?:tell|show|give) me |can you tell me )?(?:some |a (?:bit|little) )?more(?: (?:details?|please|information|info"
        r"|about (?:it|that|this|him|her|them)))*|(?:go|read|carry) on|continue(?: reading)?|keep (?:going|reading)",
        r"(?:and |so )?(?:then|after that)|(?:and )?what (?:happened|came|comes|happens) (?:then|next|after that|afterwards)"
        r"|(?:and )?what (?:else|next|is next)|(?:anything|something) else|elaborate|what do(?:es)? (?:it|they) say (?:next"
        r"|then)|next",
        r"what comes after [\"“](?P<topic>[^”\"]+)",
    ),
    _form(
        "quote",
        r"(?:(?:please )?(?:give|show|find|read|tell|cite|get)(?: me| us)? |what (?:is|was) |i (?:need|want) )?"
        rf"(?:the |an? |any |all )?(?:exact |original |full |whole |famous )?{_QUOTED} (?:about|on|where|in which|that says?"
        r"|which says?|saying|that mentions?|which mentions?|with|that deals? with|regarding) (?P<topic>.+)",
        r"(?:(?:give|show|find|get)(?: me| us)? |what is )?(?:the |an? |any |all )?(?:quotes?|quotations?"
        r"|exact words) (?:from|by|of)"
        r" (?P<topic>.+)",
        rf"where (?:does|do) (?:it|they|(?:the|your|my) {_ONES}) (?:say|mention|write|state)(?: that)? (?P<topic>.+)",
        r"(?:search(?: for)?|look up|look for|find)(?: me)? (?P<topic>(?!out\b|the (?:sum|difference|product)\b).+)",
        r"quote (?:me )?(?P<topic>.+)",
    ),
    _form(
        "topic",
        r"(?:please )?(?:tell|teach|inform|brief|update)(?: me| us)(?: (?:more|something|some more|a (?:bit|little)(?: more)?|all"
        r"|everything|(?:all|everything|what) you know|briefly|what (?:is|the articles) (?:say|said)))? (?:about|on"
        r"|of) (?P<topic>.+)",
        r"(?:please )?(?:give|show|get|send|find|provide)(?: me| us)? (?:(?:any|some|more|all|the|a few|a bit of|further|general"
        rf"|basic) )*(?:{_FACTS}|material|data) (?:about|on|of|regarding|for) (?P<topic>.+)",
        rf"(?:please )?(?:explain|describe)(?: to me| me)? (?P<topic>(?!{any_of(QUESTION_WORDS)}\b){_SHORT})(?: to me)?",
        r"i (?:would |want )?(?:like )?(?:to )?(?:know|learn|read|hear) (?:more |something |everything )?(?:about|on"
        r"|of) (?P<topic>.+)",
        r"what do (?:you|they|(?:the|your|my) (?:articles|documents|texts|sources)) (?:know|say|write|tell(?: us| me)?|report)"
        r" (?:about|on|of) (?P<topic>.+)",
        r"what (?:does|do) (?:it|the (?:article|text|document)) say about (?P<topic>.+)",
        r"what are (?:they|(?:the|your|my) (?:articles|documents|texts|sources)) (?:saying|writing|reporting)"
        r" (?:about|on) (?P<topic>.+)",
        rf"(?:any |some |more |the )?(?:latest |recent )?(?:{_FACTS}|news|anything(?: interesting)?|something|everything)"
        r" (?:about|on|regarding) (?P<topic>.+)",
        r"(?:i am (?:interested in|looking for(?: information (?:about|on))?)|talk to me about|let us talk about) (?P<topic>.+)",
    ),
)  # fmt: skip
