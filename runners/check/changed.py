"""Changed responses of a row, and their flaws.

flaws_of(record) # ["refusal", "too_long"] flaws_of(record, longest=3.0) # with another limit on
length
"""

from collections.abc import Sequence

from nodes.guards.flaws import FLAWS, LONGEST, Exchange, FlawLimits, flaws_in
from nodes.state import Round
from prompts.pack import load_pack
from runners.folder.records import Evolution, Record, is_accepted


def flaws_of(
    record: Record, longest: float = LONGEST, delimiters: Sequence[str] | None = None
) -> list[str]:
    """The names of the flaws of a row's changed responses, of all its turns, in the order of FLAWS.

    A response is `too_long` if it is more than `longest` times as long as its original.
    `delimiters` are those of the run's prompt pack; None for the built-in pack's.
    """
    marks = load_pack().judge_delimiters if delimiters is None else delimiters
    limits, found = FlawLimits(longest, marks), set[str]()
    for exchange in exchanges_of(record):
        found.update(flaws_in(exchange, limits))
    return [flaw for flaw in FLAWS if flaw in found]


def exchanges_of(record: Record) -> list[Exchange]:
    """A row's changed responses with their requests; at most one unless it is a conversation."""
    if isinstance(record, Evolution):
        asked = record.instruction, record.input
        found = [_exchange(*asked, record.original_response, record.response, record.rounds)]
    else:
        found = [
            _exchange(
                turn["instruction"], "", turn["original_response"], turn["response"], turn["rounds"]
            )
            for turn in record.turns
        ]
    return [each for each in found if each is not None]


def _exchange(
    instruction: str, input: str, original: str, response: str, rounds: Sequence[Round]
) -> Exchange | None:
    """The exchange; None if the response has not changed."""
    won = [each["edit"] for each in rounds if is_accepted(each)]
    if not won or response == original:
        return None
    return Exchange(instruction, input, original, response, won[-1]["finish_reason"])
