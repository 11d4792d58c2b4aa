"""A small run whose figures were computed by hand."""

from runners.folder.records import ConversationEvolution, Record
from tests.support.records import failed, round_of, sample


def by_hand() -> list[Record]:
    """Two rows that changed, one that did not, one that failed, and a conversation."""
    return [
        sample(
            "longer",
            "one two",
            [
                round_of("one two", "one two three four", "improved", ("edited", "edited")),
                round_of(
                    "one two three four",
                    "one two three",
                    "not_improved",
                    ("original", "edited"),
                    k=2,
                    advice="1. Add a reason.\n2. **Explain the steps.**",
                ),
            ],
        ),
        sample("same", "a b c d", [round_of("a b c d", "a b c d e", "not_improved", _LOST)]),
        sample("empty", "", [round_of("", "x", "improved", ("edited", "unparsable"))]),
        failed("failed"),
        _conversation(),
    ]


_LOST = ("tie", "original")


def _conversation() -> ConversationEvolution:
    asked = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "a"}]
    again = [{"role": "user", "content": "Q2"}, {"role": "assistant", "content": "q q"}]
    tool = [{"role": "user", "content": "Q3"}, {"role": "assistant", "content": "call"}]
    return ConversationEvolution(
        id="conversation",
        messages=[*asked, *again, *tool],
        turns=[
            {
                "index": 1,
                "instruction": "USER: Q",
                "original_response": "a",
                "response": "a b c d",
                "rounds": [round_of("a", "a b c d", "improved", ("tie", "edited"))],
                "stop_reason": "max_rounds",
                "skipped": None,
            },
            {
                "index": 3,
                "instruction": "USER: Q2",
                "original_response": "q q",
                "response": "q q",
                "rounds": [round_of("q q", "", "edit_empty", None)],
                "stop_reason": "edit_empty",
                "skipped": None,
            },
            {
                "index": 5,
                "instruction": "",
                "original_response": "call",
                "response": "call",
                "rounds": [],
                "stop_reason": None,
                "skipped": "tool_call",
            },
        ],
    )
