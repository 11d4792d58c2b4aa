"""Exports for the trainers' tests, made with the command line, and what is in them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
DATASETS = {
    "questions": ROOT / "examples" / "alpaca_small.json",
    "conversations": Path(__file__).with_name("conversations.json"),
}
TRACED = {
    "traced_questions": Path(__file__).with_name("traced_questions.json"),
    "traced_conversations": Path(__file__).with_name("traced_conversations.json"),
}
"""In both, a response has its trace in the text, one has it beside the text, and one has none."""
THOUGHT = "Two of the long ones will do."
TRACES = ("keep", "rewrite", "drop")
"""The model of these runs shows no thinking, so that `rewrite` leaves the trace where it is."""
RECIPES = ("llama2", "mistral")
PATIENCE = 900.0
"""Seconds for a trainer's own command; DeepSpeed compiles a part of itself the first time."""


class Export(NamedTuple):
    """A folder that `coevol export` has made."""

    folder: Path
    said: str
    """What the command printed."""

    def train(self, recipe: str, *overrides: str) -> subprocess.CompletedProcess[str]:
        """Run the printed training command of a recipe, as printed, with more behind it."""
        [command] = re.findall(rf"^ +(.*_{recipe}\.yaml.*)$", self.said, re.MULTILINE)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            f"{command} {' '.join(overrides)}",
            shell=True,
            cwd=self.folder,
            env=os.environ | {"PATH": path},
            timeout=PATIENCE,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )


def coevol(*arguments: object) -> str:
    """Run a command of coevol's own environment; return what it printed."""
    command = [str(ROOT / ".venv" / "bin" / "coevol"), *(str(each) for each in arguments)]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    with path.open(encoding="utf-8") as file:  # splitlines would also split at U+2028 in a text
        return [json.loads(line) for line in file]


def responses(row: dict[str, Any]) -> list[str]:
    """What is to be learned of a row: its responses, whatever layout it has."""
    if "messages" in row:
        return [each["content"] for each in row["messages"] if each["role"] == "assistant"]
    if "conversations" in row:
        answers = ("gpt", "function_call")
        return [each["value"] for each in row["conversations"] if each["from"] in answers]
    return [*(answer for _, answer in row.get("history", [])), row["output"]]


def evolved_responses(run: Path, before: Sequence[str]) -> list[list[str]]:
    """What a run made of each row's responses, by its records, after those that it never evolves.

    Of a conversation all the assistant's messages are here, a tool's call as an empty one.
    """
    rows = [record.get("turns", [record]) for record in read_rows(run / "evolutions.jsonl")]
    assert any(each["response"] != each["original_response"] for row in rows for each in row)
    return [[*before, *(each["response"] for each in row)] for row in rows]


def begins_with_thought(text: str) -> bool:
    """Whether a response has its trace in the tags that reasoning templates know."""
    assert text.count(THOUGHT) == text.count("<think>") == text.count("</think>")
    return text.startswith(f"<think>\n{THOUGHT}\n</think>\n\n")


def with_thoughts(texts: list[str], traces: str) -> bool:
    """Whether all traces of a dataset are where they should be, of responses in any order."""
    expected = 0 if traces == "drop" else 2
    return len(texts) == 3 and sum(map(begins_with_thought, texts)) == expected


def learned(tokenizer: Any, labels: list[int]) -> list[str]:
    """The texts that a trainer counts in its loss, each up to its end of sequence."""
    text: str = tokenizer.decode([label for label in labels if label != -100])
    *texts, rest = text.split(tokenizer.eos_token)
    assert not rest.strip(), rest
    return [each.strip() for each in texts]


def stripped(texts: list[str]) -> list[str]:
    """Texts without white space around them: each template has its own there."""
    return [each.strip() for each in texts]
