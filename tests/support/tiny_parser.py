"""A tiny spaCy model, trained on a handful of sentences and knowing only these."""

from pathlib import Path

import spacy
from spacy.tokens import Doc
from spacy.training import Example

SENTENCES = (
    ("Add an example .", "VERB DET NOUN PUNCT", (0, 2, 0, 0), "ROOT det dobj punct"),
    ("Add a reason .", "VERB DET NOUN PUNCT", (0, 2, 0, 0), "ROOT det dobj punct"),
    ("Explain the steps .", "VERB DET NOUN PUNCT", (0, 2, 0, 0), "ROOT det dobj punct"),
    ("It is short .", "PRON AUX ADJ PUNCT", (1, 1, 1, 1), "nsubj ROOT acomp punct"),
)
"""Words, parts of speech, heads and labels."""
_STEPS = 40


def train_parser(path: Path) -> Path:
    """Train a tagger and a parser, save them at `path` as a model, and return it."""
    parser = spacy.blank("en")
    parser.add_pipe("morphologizer")
    parser.add_pipe("parser", config={"min_action_freq": 1})
    examples = [
        Example.from_dict(
            Doc(parser.vocab, words.split()),
            {"pos": pos.split(), "heads": list(heads), "deps": deps.split()},
        )
        for words, pos, heads, deps in SENTENCES
    ]
    parser.initialize(lambda: examples)
    for _ in range(_STEPS):
        parser.update(examples)
    parser.to_disk(path)
    return path
