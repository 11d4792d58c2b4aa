"""Language: a response in another language or script than the original's."""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

_SURE = 0.95
"""Lowest probability at which the classifier is believed."""
_ENOUGH = 40
"""Fewest characters for which a language can be identified."""
_OPENING = 4000
"""Characters that the classifier is given; more would only take longer."""
_SHARED = 0.3
"""Share of common words from which two texts count as being in the same language."""
_FOREIGN = 0.1
"""Share of a text's letters from which a script counts as used in it."""
_UNLIKELY = frozenset({"la", "zxx", "pcm", "bcl"})
"""Labels that the classifier wrongly gives to lists of names, so they are ignored: Latin, no
language, Nigerian Pidgin, Central Bikol."""
_ASKED = re.compile(
    r"\btranslat|\blanguage|\b(?:english|french|german|spanish|italian|portuguese|dutch|latin|greek"
    r"|russian|ukrainian|polish|czech|swedish|norwegian|danish|finnish|turkish|arabic|hebrew|persian"
    r"|farsi|hindi|urdu|bengali|tamil|chinese|mandarin|cantonese|japanese|korean|thai|vietnamese"
    r"|indonesian|swahili)\b|traduc|tradui|\u00fcbersetz|\u7ffb\u8bd1|\u7ffb\u8b6f|\u7ffb\u8a33",
    re.IGNORECASE,
)
_SCRIPTS = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "IDEOGRAPHIC": "CJK", "FULLWIDTH": "LATIN"}
"""Scripts that one language mixes, by a common name."""


def is_language_switched(request: str, original: str, response: str) -> bool:
    """Whether the response is in a language or script that neither original nor request has.

    A request that asks for another language is respected.
    """
    if _share_words(original, response) or _ASKED.search(request):
        return False
    foreign = scripts_of(response) - scripts_of(original) - scripts_of(request) - {"GREEK"}
    if scripts_of(original) and foreign:
        return True
    before, now = language_of(original), language_of(response)
    if before is None or now is None or before == now:
        return False
    return all(language_of(line) != now for line in request.splitlines())


def _share_words(original: str, response: str) -> bool:
    before = set(re.findall(r"[^\W\d_]+", original.lower()))
    now = set(re.findall(r"[^\W\d_]+", response.lower()))
    return len(before & now) >= _SHARED * max(len(before), 1)


def scripts_of(text: str) -> frozenset[str]:
    """The Unicode scripts that make up at least a tenth of a text's letters."""
    if text.isascii():
        return frozenset({"LATIN"}) if any(map(str.isalpha, text)) else frozenset()
    letters = Counter(_script(letter) for letter in text if letter.isalpha())
    least = _FOREIGN * letters.total()
    return frozenset(script for script, count in letters.items() if count >= least)


@lru_cache(maxsize=1 << 14)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0]
    return _SCRIPTS.get(name, name)


def language_of(text: str) -> str | None:
    """The language of a text by its ISO code, None if the text is too short or unclear."""
    if sum(map(str.isalpha, text)) < _ENOUGH:
        return None
    language, probability = _classify(text)
    return language if probability >= _SURE else None


def _classify(text: str) -> tuple[str, float]:
    language, probability = _identifier().classify(text[:_OPENING])
    return str(language), float(probability)


@cache
def _identifier() -> Any:
    """The classifier, loaded on first use: it takes most of a second and 100 MB."""
    langid = import_module("py3langid.langid")  # untyped
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(set(identifier.labels) - _UNLIKELY)
    return identifier
