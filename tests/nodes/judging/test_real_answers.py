"""Answers of small local models as judges, whole, each with its reading by a person.

`real_answers.jsonl` was written in November 2026 by Qwen2.5-Coder-0.5B-Instruct and -1.5B-Instruct
(Q4) and SmolLM2-135M-Instruct (Q4_1), all Apache-2.0, under llama.cpp (the PyPI package xllamacpp)
at temperature 0, with limits of 60 to 160 tokens. `position` is the row of
`examples/alpaca_small.json`; its response was compared with a spoilt twin (a `third` of it, that of
an `other` row, or its words `shuffled`), in both orders. The prompt is Table 9's, and its question:

- `paper`: Table 9's;
- `plain`: "Which of the two responses is better? Explain briefly.";
- `last`: to think step by step, and to write the name on the last line;
- `reasoned`: to explain first, then "[[A]] if Assistant 1 is better, [[B]] if Assistant 2 is
  better, [[C]] for a tie" alone on the last line;
- `json`: for an object with the keys "explanation" and "winner".
"""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.judging.ruling import parse_ruling

LINES = Path(__file__).with_name("real_answers.jsonl").read_text("utf-8").splitlines()
ANSWERS: list[dict[str, Any]] = [json.loads(line) for line in LINES]


def name_of(answer: dict[str, Any]) -> str:
    return "-".join(str(answer[key]) for key in ("model", "prompt", "position", "spoilt", "order"))


@pytest.mark.parametrize("answer", ANSWERS, ids=name_of)
def test_what_a_real_judge_states(answer: dict[str, Any]) -> None:
    ruling = parse_ruling(answer["text"], is_cut_off=answer["finish_reason"] == "length")
    assert (ruling.unparsable or ruling.verdict) == answer["reading"]
