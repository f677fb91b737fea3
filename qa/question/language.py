"""Whether a message is in a language other than English, by its commonest words and its script."""

from __future__ import annotations

import re

from qa.english import AUXILIARIES, FUNCTION_WORDS, PEOPLE, PREPOSITIONS, QUESTION_WORDS, THINGS

# Words of a language's questions that are no English words and no parts of names that English uses ("de la", "el", "los").
OTHERS = frozenset(
    (
        "der das ein eine einen einem eines ist sind war waren wer wie wo wann warum welche welcher welches wieviel "
        "viele nicht und oder "
        "über für mit auf im zu von bei nach gibt kann ich du sie wird wurde kostet heißt "  # German
        "le les un une est sont était qui que quoi quel quelle quels quelles où quand comment pourquoi combien dans "
        "avec pour sur des du "
        "et ou ce cette il elle nous vous qu'est-ce c'est "  # French
        "es son fue quién quien qué cuál cuándo cuando dónde donde cómo como cuántos cuántas tiene hay por porque "
        "una del en con para se "  # Spanish
        "è sono chi che cosa quale quali quando dove come perché quanto quanti quante della di nel nella il lo gli "
        "per "  # Italian
        "het een wie wat waar wanneer hoe hoeveel waarom welke zijn niet met voor "  # Dutch
        "é são quem qual onde quantos porquê uma não do da em com os "  # Portuguese
        "jest są kto co gdzie kiedy jak ile dlaczego który która nie się na czy "  # Polish
        "är vem vad var när hur många varför och inte "  # Swedish
        "ne kim nerede nasıl kaç neden hangi bir ve için var mı mi "  # Turkish
    ).split()
)
ENGLISH = frozenset((*QUESTION_WORDS, *AUXILIARIES, *PREPOSITIONS, *PEOPLE, *THINGS, *FUNCTION_WORDS, "that", "tell"))
# Question words of other languages that English has in no name: one of them is enough. OPENERS are enough at the start of a
# message without a common English word.
UNMISTAKABLE = frozenset(
    "warum wieviel welche welcher welches wann pourquoi combien où cuántos cuántas cuándo dónde cómo quién hvornår hvorfor".split()
)
OPENERS = frozenset(
    "wer wen wem wie wo worüber qui quel quelle quand comment quién qué cuál quale quanto wat waar hoe wie quem qual onde "
    "kto gdzie ile jak kiedy vem vad hur hvem hvad hva hvor kim nerede kaç".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
LEAST = 2  # words of another language; a single one may be a name


def in_another_language(text: str) -> bool:
    """Whether over a third of the letters are of another script, or another language's common words outnumber those of English.

    A word of both, such as "was" or "in", counts for neither.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    letters = [letter for word in words for letter in word]
    if not letters:
        return False
    if sum(_LATIN.match(letter) is None for letter in letters) * 3 > len(letters):
        return True
    other = sum(word in OTHERS | OPENERS and word not in ENGLISH for word in words)
    english = sum(word in ENGLISH and word not in OTHERS for word in words)
    if "¿" in text or any(word in UNMISTAKABLE for word in words):
        return other > english or english <= 1
    return other > 2 * english and (other >= LEAST or words[0] in OPENERS)
