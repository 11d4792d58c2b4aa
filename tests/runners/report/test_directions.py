"""Root verbs and direct objects of suggestions (section 4.2, Figure 3)."""

import csv
from pathlib import Path

import pytest
from spacy.tokens import Doc
from spacy.util import is_package
from spacy.vocab import Vocab

from runners.report.directions import MODEL, directions_of, load_parser, suggestions_of
from tests.runners.commands import coevol
from tests.runners.report.small_run import by_hand
from tests.support.records import run_of
from tests.support.tiny_parser import train_parser


def doc(*words: tuple[str, str, str, int, str]) -> Doc:
    """A parsed text: word, part of speech, lemma, place of the head, label."""
    texts, pos, lemmas, heads, deps = zip(*words, strict=True)
    return Doc(
        Vocab(),
        words=list(texts),
        pos=list(pos),
        lemmas=list(lemmas),
        heads=list(heads),
        deps=list(deps),
    )


ADD = (
    ("Adding", "VERB", "Add", 0, "ROOT"),
    ("more", "ADJ", "more", 2, "amod"),
    ("Details", "NOUN", "detail", 0, "dobj"),
)


def test_the_root_verb_and_its_direct_object_as_lemmas_in_small_letters() -> None:
    assert list(directions_of(doc(*ADD))) == [("add", "detail")]


def test_each_sentence_counts() -> None:
    both = doc(
        *ADD,
        ("Give", "VERB", "give", 3, "ROOT"),
        ("reasons", "NOUN", "reason", 3, "obj"),  # as Universal Dependencies label it
    )
    assert list(directions_of(both)) == [("add", "detail"), ("give", "reason")]


def test_only_the_roots_own_objects_count() -> None:
    nested = doc(
        ("Try", "VERB", "try", 0, "ROOT"),
        ("giving", "VERB", "give", 0, "xcomp"),
        ("reasons", "NOUN", "reason", 1, "dobj"),
    )
    assert list(directions_of(nested)) == [("try", None)]


def test_a_pronoun_is_no_direction_and_a_later_noun_is() -> None:
    pronoun = doc(("Mend", "VERB", "mend", 0, "ROOT"), ("it", "PRON", "it", 0, "dobj"))
    assert list(directions_of(pronoun)) == [("mend", None)]
    both = doc(
        ("Give", "VERB", "give", 0, "ROOT"),
        ("it", "PRON", "it", 0, "dobj"),
        ("structure", "NOUN", "structure", 0, "dobj"),
    )
    assert list(directions_of(both)) == [("give", "structure")]


def test_a_sentence_whose_root_is_no_verb_has_no_direction() -> None:
    noun = doc(("Examples", "NOUN", "example", 0, "ROOT"), ("help", "VERB", "help", 0, "relcl"))
    assert list(directions_of(noun)) == []


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("1. Add this.\n2) Add that.", ["Add this.", "Add that."]),
        ("- Add this.\n\n  * Add that.\n• More", ["Add this.", "Add that.", "More"]),
        ("**Clarity:** say more", ["Clarity: say more"]),
        ("In 2020. Say so.", ["In 2020. Say so."]),
        ("", []),
    ],
)
def test_suggestions_are_lines_without_their_marks(text: str, suggestions: list[str]) -> None:
    assert suggestions_of(text) == suggestions


def test_the_report_counts_what_a_real_parser_finds(tmp_path: Path) -> None:
    run, model = run_of(tmp_path / "mine", by_hand()), train_parser(tmp_path / "model")
    result = coevol("report", run, "--spacy-model", model)
    assert (result.code, "left out" in result.out) == (0, False)
    with (run / "tables" / "directions.csv").open(encoding="utf-8") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    # Five answers say "Add an example.", one has the two others.
    assert rows == [
        ("mine", "add", "example", "5"),
        ("mine", "add", "reason", "1"),
        ("mine", "explain", "steps", "1"),  # this model has no lemmas
    ]
    page = (run / "report.html").read_text("utf-8")
    assert "7 suggestions, 2 root verbs, 3 verb-object pairs" in page
    assert (run / "figures" / "directions.svg").exists()


def test_without_the_model_the_report_says_how_to_get_it(tmp_path: Path) -> None:
    run = run_of(tmp_path / "mine", by_hand())
    result = coevol("report", run, "--spacy-model", "no_such_model")
    assert result.code == 0
    assert "python -m spacy download no_such_model" in result.out
    page = (run / "report.html").read_text("utf-8")
    assert "python -m spacy download no_such_model" in page
    assert (run / "figures" / "verdicts.svg").exists()


@pytest.mark.skipif(not is_package(MODEL), reason=f"python -m spacy download {MODEL}")
def test_the_papers_model_reads_imperatives() -> None:
    parser = load_parser()
    texts = ["Include more specific details about the topic.", "Provide a concrete example."]
    found = [pair for each in parser.pipe(texts) for pair in directions_of(each)]
    assert found == [("include", "detail"), ("provide", "example")]
