"""Tokens by kind, read from each provider's own fields; none is counted twice."""

from typing import Any

import pytest
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata

from nodes.models.usage import Details, details_of, read_usage

GIVEN = {"prompt_tokens": 100, "completion_tokens": 20}
TOLD: dict[str, tuple[dict[str, Any], tuple[int | None, ...]]] = {
    "nothing": ({}, (100, 20, None, None, None, None)),
    "OpenAI": (
        {"prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30}},
        (100, 20, 60, 30, None, None),
    ),
    "LiteLLM, for an hour": (
        {
            "prompt_tokens_details": {
                "cached_tokens": 60,
                "cache_creation_tokens": 30,
                "cache_creation_token_details": {
                    "ephemeral_5m_input_tokens": 10,
                    "ephemeral_1h_input_tokens": 20,
                },
            }
        },
        (100, 20, 60, 30, 20, None),
    ),
    "a gateway that passes Anthropic's own on": (
        {
            "prompt_tokens_details": {"cached_tokens": 60, "cache_creation_tokens": 30},
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 30},
        },
        (100, 20, 60, 30, 30, None),
    ),
    "none cached": (
        {"prompt_tokens_details": {"cached_tokens": 0}},
        (100, 20, 0, None, None, None),
    ),
    "vLLM without details": ({"prompt_tokens_details": None}, (100, 20, None, None, None, None)),
    "DeepSeek": (
        {"prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36},
        (100, 20, 64, None, None, None),
    ),
    "DeepSeek, both fields": (
        {"prompt_cache_hit_tokens": 64, "prompt_tokens_details": {"cached_tokens": 64}},
        (100, 20, 64, None, None, None),
    ),
    "Moonshot": ({"cached_tokens": 7}, (100, 20, 7, None, None, None)),
    "a gateway that leaves the cache out of the prompt": (
        {"prompt_tokens_details": {"cached_tokens": 900, "cache_creation_tokens": 50}},
        (1050, 20, 900, 50, None, None),
    ),
    "thinking is part of the answer": (
        {"completion_tokens_details": {"reasoning_tokens": 15}, "total_tokens": 120},
        (100, 20, None, None, None, 15),
    ),
    "xAI has it in the total alone": (
        {"completion_tokens_details": {"reasoning_tokens": 94}, "total_tokens": 214},
        (100, 114, None, None, None, 94),
    ),
    "Gemini's endpoint for this protocol does not name it": (
        {"total_tokens": 420},
        (100, 320, None, None, None, 300),
    ),
    "junk": (
        {"prompt_tokens_details": {"cached_tokens": "9"}, "total_tokens": "many"},
        (100, 20, None, None, None, None),
    ),
}


def counted(usage: UsageMetadata | None) -> tuple[int | None, ...]:
    assert usage is not None
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    return usage["input_tokens"], usage["output_tokens"], *details_of(usage)


@pytest.mark.parametrize("case", TOLD)
def test_what_a_completion_took(case: str) -> None:
    told, expected = TOLD[case]
    assert counted(read_usage({"usage": GIVEN | told})) == expected


def test_llama_cpp_tells_what_it_read_among_its_timings() -> None:
    completion: dict[str, Any] = {"usage": GIVEN, "timings": {"cache_n": 41, "prompt_n": 59}}
    assert counted(read_usage(completion)) == (100, 20, 41, None, None, None)
    newer = {"prompt_tokens_details": {"cached_tokens": 40}}
    assert counted(read_usage(completion | {"usage": GIVEN | newer}))[2] == 40


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"cache_read": 5, "cache_creation": 2}, (5, 2, None)),
        ({"flex_cache_read": 5, "flex": 95}, (5, None, None)),
        ({"cache_read": 5, "cache_creation": 0, "ephemeral_5m_input_tokens": 3,
          "ephemeral_1h_input_tokens": 4}, (5, 7, 4)),
        ({"cache_creation": 7, "ephemeral_5m_input_tokens": 3,
          "ephemeral_1h_input_tokens": 4}, (None, 7, 4)),
        ({"audio": 9}, (None, None, None)),
    ],
)  # fmt: skip
def test_what_langchain_counted(given: Any, expected: tuple[int | None, ...]) -> None:
    usage = UsageMetadata(input_tokens=100, output_tokens=20, total_tokens=120)
    assert details_of(usage) == Details(None, None, None, None)
    usage["input_token_details"] = InputTokenDetails(**given)
    usage["output_token_details"] = OutputTokenDetails(reasoning=8)
    assert details_of(usage) == (*expected, 8)
