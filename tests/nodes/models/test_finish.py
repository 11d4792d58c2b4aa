"""What finish reasons mean, in each provider's words."""

import pytest

from nodes.guards.finish import BrokenAnswerError, Ending, check_answered, ending_of

REASONS: dict[Ending, tuple[str | None, ...]] = {
    "finished": (None, "stop", "STOP", "end_turn", "eos", "eos_token", "stop_sequence", "COMPLETE"),
    "cut_off": (
        "length",
        "max_tokens",
        "MAX_TOKENS",
        "model_length",
        "model_context_window_exceeded",
        "tool_calls",
        "a word that nobody knows",
    ),
    "filtered": ("content_filter", "refusal", "SAFETY", "RECITATION", "guardrail_intervened"),
    "broken": ("error", "ERROR", "abort", "insufficient_system_resource", "network_error"),
}


@pytest.mark.parametrize(
    ("reason", "ending"), [(reason, ending) for ending in REASONS for reason in REASONS[ending]]
)
def test_reasons(reason: str | None, ending: Ending) -> None:
    assert ending_of(reason) == ending


def test_a_broken_answer_is_an_error_and_no_other_is() -> None:
    with pytest.raises(BrokenAnswerError, match="gave the answer up: finish_reason 'abort'"):
        check_answered("abort")
    for reason in (*REASONS["finished"], *REASONS["cut_off"], *REASONS["filtered"]):
        check_answered(reason)
