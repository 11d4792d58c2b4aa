"""The two orders in which a judge sees the responses (section 2.2)."""

from nodes.state import Round, Verdict

ORDERS = ("judge_original_first", "judge_edited_first")
"""The judges' nodes, by which response each shows first."""


def verdicts_of(round: Round) -> tuple[Verdict, Verdict] | None:
    """The verdicts in both orders, as ORDERS has them; None unless the judge was asked in both."""
    judgements = round["judgements"]
    if any(order not in judgements for order in ORDERS):
        return None
    original_first, edited_first = (judgements[order] for order in ORDERS)
    return original_first["verdict"], edited_first["verdict"]
