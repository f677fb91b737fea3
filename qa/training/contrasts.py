"""Contrast examples that differ in one word: an opposite removes the answer, a synonym keeps it.

A reader trained without them finds an answer wherever nearly all words match, or none wherever one word differs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from index.sentences import sentence_at
from qa.english import BE, DO, HAVE, MODALS, QUESTION_WORDS, any_of
from qa.training.examples import TrainingExample
from qa.training.negatives import changed, unanswerable


def _both_ways(pairs: str) -> dict[str, str]:
    """``"a/b c/d"`` as a to b, b to a, c to d and d to c."""
    return {word: other for pair in pairs.split() for word, other in (pair.split("/"), pair.split("/")[::-1])}


OPPOSITES = _both_ways(
    "first/last earliest/latest early/late largest/smallest larger/smaller large/small biggest/smallest bigger/smaller "
    "big/small highest/lowest higher/lower high/low most/least more/fewer best/worst better/worse good/bad "
    "oldest/newest older/younger old/new longest/shortest longer/shorter long/short before/after begin/end began/ended "
    "start/finish started/finished open/close opened/closed win/lose won/lost rise/fall rose/fell increase/decrease "
    "increased/decreased grow/shrink grew/shrank gain/lose accept/reject accepted/rejected allow/forbid allowed/banned "
    "support/oppose supported/opposed agree/refuse agreed/refused join/leave joined/left arrive/depart arrived/departed "
    "buy/sell bought/sold import/export imported/exported build/demolish built/demolished create/destroy "
    "created/destroyed north/south northern/southern east/west eastern/western inside/outside above/below over/under "
    "always/never often/rarely all/none many/few major/minor rich/poor strong/weak stronger/weaker hot/cold "
    "warm/cool success/failure succeed/fail public/private male/female men/women father/mother son/daughter "
    "brother/sister husband/wife king/queen friend/enemy ancient/modern positive/negative like/dislike liked/disliked "
    "love/hate loved/hated easy/difficult fast/slow faster/slower near/far same/different permanent/temporary "
    "maximum/minimum original/final attack/defend attacked/defended born/buried married/divorced hired/dismissed "
    "able/unable known/unknown similar/dissimilar direct/indirect formal/informal legal/illegal regular/irregular "
    "normal/abnormal appear/disappear appeared/disappeared possible/impossible likely/unlikely usual/unusual "
    "important/unimportant successful/unsuccessful common/uncommon safe/dangerous complete/incomplete visible/invisible "
    "dependent/independent equal/unequal native/foreign written/unwritten stable/unstable expected/unexpected "
    "official/unofficial internal/external domestic/foreign simple/complex urban/rural past/future include/exclude "
    "included/excluded includes/excludes consistent/inconsistent adopted/rejected approve/reject approved/rejected "
    "expand/contract expanded/contracted send/receive sent/received give/take gave/took given/taken enter/exit "
    "entered/left light/dark dry/wet full/empty heavy/light deep/shallow wide/narrow thick/thin true/false right/wrong "
    "upper/lower day/night morning/evening summer/winter boy/girl man/woman winner/loser victory/defeat profit/loss "
    "war/peace life/death majority/minority arrival/departure birth/death beginning/end founded/dissolved "
    "appointed/dismissed elected/defeated promoted/demoted launched/cancelled praised/criticized raised/lowered "
    "added/removed survived/died remained/moved overrepresented/underrepresented overestimated/underestimated "
    "accelerate/decelerate encourage/discourage encouraged/discouraged improve/worsen improved/worsened advantage/drawback "
    "advantages/drawbacks cause/prevent caused/prevented causes/prevents hero/villain ally/enemy allies/enemies "
    "ascend/descend attract/repel borrowed/lent taught/studied won/lost asked/answered remember/forget "
    "freedom/slavery guilty/innocent hard/soft hardest/easiest inner/outer junior/senior left/right local/global "
    "negligible/considerable odd/even optional/compulsory parent/child parents/children absent/present absence/presence "
    "prohibit/permit prohibited/permitted push/pull pushed/pulled shallowest/deepest single/married smooth/rough "
    "solid/liquid specific/general static/dynamic strict/lenient tallest/shortest taller/shorter thickest/thinnest "
    "together/apart top/bottom vertical/horizontal voluntary/mandatory wealthy/poor with/without"
)
SYNONYMS = _both_ways(
    "begin/start began/started begins/starts big/large bigger/larger biggest/largest buy/purchase bought/purchased "
    "build/construct built/constructed end/finish ended/finished ends/finishes help/assist helped/assisted "
    "show/display showed/displayed shows/displays get/obtain got/obtained gets/obtains choose/select chose/selected "
    "chosen/selected need/require needed/required needs/requires find/discover found/discovered keep/retain kept/retained "
    "use/employ used/employed uses/employs kill/slay killed/slain die/perish died/perished live/reside lived/resided "
    "lives/resides leave/depart happen/occur happened/occurred happens/occurs create/make created/made creates/makes "
    "movie/film movies/films author/writer authors/writers car/automobile kids/children child/kid city/town job/occupation "
    "type/kind types/kinds sort/kind main/principal important/significant famous/well-known entire/whole "
    "nation/country nations/countries leader/head wife/spouse husband/spouse illness/disease picture/image "
    "pictures/images home/house street/road amount/quantity error/mistake errors/mistakes goal/aim goals/aims "
    "purpose/aim result/outcome results/outcomes approximately/about nearly/almost around/about quickly/rapidly "
    "often/frequently finally/eventually primarily/mainly initially/originally currently/now previously/formerly "
    "also/too say/state said/stated says/states tell/inform told/informed call/name called/named located/situated "
    "near/close receive/get received/got receives/gets attempt/try attempted/tried think/believe thought/believed "
    "thinks/believes want/wish wanted/wished wants/wishes look/seem looked/seemed "
    "looks/seems travel/journey travelled/journeyed teach/instruct taught/instructed earn/make earned/made fix/repair "
    "fixed/repaired smart/clever pretty/beautiful fast/quick old/aged rich/wealthy poor/impoverished "
    "afraid/scared angry/furious happy/glad sad/unhappy strange/odd wrong/incorrect enough/sufficient "
    "yearly/annually daily/everyday earth/world woman/lady women/ladies man/guy people/persons person/individual "
    "company/firm companies/firms business/enterprise money/cash price/cost prices/costs doctor/physician lawyer/attorney "
    "teacher/instructor soldier/fighter soldiers/fighters ruler/sovereign war/conflict wars/conflicts battle/fight "
    "attack/assault attacked/assaulted win/gain agreement/accord law/statute laws/statutes area/region areas/regions "
    "part/portion parts/portions group/band test/trial answer/reply reason/cause reasons/causes idea/notion ideas/notions "
    "story/tale stories/tales book/volume books/volumes song/tune songs/tunes game/match food/nourishment "
    "created/invented established/founded introduced/launched opposed/resisted awarded/granted allowed/permitted "
    "prohibited/banned released/issued published/issued collected/gathered destroyed/demolished injured/hurt "
    "increase/rise increased/rose decrease/drop decreased/dropped defeated/beat ruled/governed controlled/ran"
)
AUXILIARY = re.compile(
    rf"^({any_of(QUESTION_WORDS)}(?: \w+){{0,3}}? {any_of([*BE, *DO, *HAVE, 'could', 'would', 'should'])})(?= )", re.I
)
VERB = re.compile(rf"\b{any_of([*BE, *HAVE, *MODALS])}\b(?! not|n't)")
WORD = re.compile(r"(?<![\w-])[a-z]+(?:-[a-z]+)*(?![\w-])")


def _asked(example: TrainingExample, among: dict[str, str]) -> list[re.Match[str]]:
    """The question's words that have a counterpart in ``among`` which the passage does not contain."""
    passage = example.passage.lower()
    words = [found for found in WORD.finditer(example.question) if found.group() in among]
    return [found for found in words if not re.search(rf"\b{re.escape(among[found.group()])}\b", passage)]


def _spliced(text: str, place: tuple[int, int], other: str) -> str:
    """``text`` with ``other`` instead of its characters [start, end)."""
    return text[: place[0]] + other + text[place[1] :]


def with_opposite(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question with one word replaced by its opposite, or negated (Rajpurkar et al. 2018: antonyms, negation).

    None if neither is possible. Opposites that the passage contains are not used, because it may then answer.
    """
    words = _asked(example, OPPOSITES)
    if words:
        word = rng.choice(words)
        question = _spliced(example.question, word.span(), OPPOSITES[word.group()])
        return unanswerable(example, "opposite", question=question)
    question, negated = AUXILIARY.subn(r"\1n't", example.question)
    return unanswerable(example, "negated", question=question) if negated and rng.random() < 0.5 else None


def with_synonym(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The question with one word replaced by a synonym, which keeps the answer; None if no word has one."""
    words = [found for found in WORD.finditer(example.question) if found.group() in SYNONYMS]
    if not words:
        return None
    word = rng.choice(words)
    return changed(example, "synonym", question=_spliced(example.question, word.span(), SYNONYMS[word.group()]))


def contradicted(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """The answering sentence made to contradict the question, by an opposite or "not"; None if impossible."""
    outside = _around_answer(example)
    places = list(_shared(example, outside))
    if places:
        place = rng.choice(places)
        passage = _spliced(example.passage, place, OPPOSITES[example.passage[slice(*place)]])
        return unanswerable(example, "contradicted", passage=passage)
    verbs = [found for begin, end in outside for found in VERB.finditer(example.passage, begin, end)]
    if len(verbs) != 1 or rng.random() < 0.5:
        return None
    after = verbs[0].end()
    return unanswerable(example, "denied", passage=_spliced(example.passage, (after, after), " not"))


def turned(example: TrainingExample, rng: random.Random) -> TrainingExample | None:
    """Question and answering sentence with the same word replaced by its opposite, which keeps the answer; or None."""
    places = list(_shared(example, _around_answer(example)))
    if example.start is None or example.end is None or not places:
        return None
    start, end = rng.choice(places)
    word = example.passage[start:end]
    other = OPPOSITES[word]
    moved = len(other) - len(word)

    def shifted(span: tuple[int, int]) -> tuple[int, int]:
        return span[0] + moved * (span[0] >= end), span[1] + moved * (span[1] >= end)

    votes = tuple(shifted(vote) for vote in example.votes if vote[1] <= start or vote[0] >= end)
    answer = shifted((example.start, example.end))
    return changed(
        example,
        "turned",
        question=re.sub(rf"\b{re.escape(word)}\b", other, example.question),
        passage=_spliced(example.passage, (start, end), other),
        start=answer[0],
        end=answer[1],
        votes=votes,
    )


def _around_answer(example: TrainingExample) -> list[tuple[int, int]]:
    """The characters before and after the answer in its sentence; none without an answer."""
    if example.start is None or example.end is None:
        return []
    sentence = sentence_at(example.passage, example.start, example.end)
    return [(sentence.start, example.start), (example.end, sentence.end)]


def _shared(example: TrainingExample, places: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """The characters of words in ``places`` that have an opposite and that the question contains, too."""
    asked = {found.group() for found in _asked(example, OPPOSITES)}
    for begin, end in places:
        for found in WORD.finditer(example.passage, begin, end):
            if found.group() in asked:
                yield found.span()
