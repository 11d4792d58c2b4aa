"""Evolving directions: root verbs and direct objects of the suggestions (section 4.2, Figure 3).

They are parsed by spaCy, with en_core_web_sm as in the paper; both are optional.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

MODEL = "en_core_web_sm"
_OBJECTS = ("dobj", "obj")
"""Labels of a direct object: in spaCy's English models, and in Universal Dependencies."""
_MARK = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+")
_PIECE = 1000
_LETTERS = 2000
"""Most characters of a suggestion that are parsed; its root is near the beginning, and the
parser's memory grows with the text."""


class NoParser(Exception):
    """spaCy or its model is not installed; the message says how to install it."""


class Direction(NamedTuple):
    """What a sentence asks for: its root verb and that verb's direct object, as lemmas."""

    verb: str
    object: str | None


def directions_of(doc: "Doc") -> Iterator[Direction]:
    """Yield the direction of each sentence whose root is a verb. Pure.

    The object is the root's first direct object that is a noun, None if it has none (the method of
    Taori et al., 2023, which section 4.2 follows).
    """
    for sentence in doc.sents:
        root = sentence.root
        if root.pos_ != "VERB":
            continue
        objects = (
            child for child in root.children if child.dep_ in _OBJECTS and child.pos_ == "NOUN"
        )
        noun = next(objects, None)
        yield Direction(_lemma(root), None if noun is None else _lemma(noun))


def _lemma(token: "Token") -> str:
    """The lemma in lower case; the word itself if the model has no lemmatizer."""
    return (token.lemma_ or token.text).lower()


def suggestions_of(text: str) -> list[str]:
    """The suggestions in an advisor's answer: its lines, without list marks and asterisks."""
    lines = (_MARK.sub("", line).replace("**", "").strip() for line in text.splitlines())
    return [line[:_LETTERS] for line in lines if line]


class Directions:
    """Counts the directions of a run's suggestions, parsed in pieces."""

    def __init__(self, parser: "Language") -> None:
        self._parser = parser
        self._waiting: list[str] = []
        self.suggestions = 0
        self.verbs: Counter[str] = Counter()
        """Sentences by root verb, with an object or without."""
        self.pairs: Counter[tuple[str, str]] = Counter()
        """Sentences by root verb and direct object."""

    def add(self, answers: Iterable[str]) -> None:
        """Count the suggestions in these answers, now or in a later batch."""
        for answer in answers:
            self._waiting += suggestions_of(answer)
        if len(self._waiting) >= _PIECE:
            self.finish()

    def finish(self) -> None:
        """Count everything that is pending."""
        self.suggestions += len(self._waiting)
        for doc in self._parser.pipe(self._waiting):
            for verb, noun in directions_of(doc):
                self.verbs[verb] += 1
                if noun is not None:
                    self.pairs[verb, noun] += 1
        self._waiting.clear()

    def top(self, verbs: int = 20, objects: int = 4) -> list[tuple[str, list[tuple[str, int]]]]:
        """The verbs with the most pairs, each with its most frequent objects, as in Figure 3."""
        by_verb: dict[str, Counter[str]] = {}
        for (verb, noun), count in self.pairs.items():
            by_verb.setdefault(verb, Counter())[noun] += count
        ranked = sorted(by_verb.items(), key=lambda item: (-item[1].total(), item[0]))
        return [(verb, _ranked(found)[:objects]) for verb, found in ranked[:verbs]]


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def load_parser(model: str = MODEL) -> "Language":
    """Load a spaCy model by name or path. Raises NoParser."""
    try:
        import spacy
    except ImportError:
        raise NoParser(
            f"pip install 'coevol[directions]', then python -m spacy download {model}"
        ) from None
    try:
        return spacy.load(model, exclude=["ner"])
    except OSError:
        raise NoParser(f"python -m spacy download {model}") from None
