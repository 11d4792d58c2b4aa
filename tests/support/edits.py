"""What the editor says: the previous response rewritten, sometimes with scaffolding around it.

An edit is longer than the response that it replaces. The scripted judge tells them apart by that.
"""

from tests.support.words import Dice, Prompt, between

OPENINGS = (
    "In short:",
    "Put plainly:",
    "To answer the request directly:",
    "Step by step:",
    "Looking at it closely:",
)
ADDITIONS = (
    'To take up "@" once more, a small example helps to see how the pieces fit together.',
    'It matters because "@" decides what a reader can do with the answer in practice.',
    "Taken together, these points cover what was asked, with one limit: other cases may differ.",
    'One more detail concerns "@", which is worth checking before relying on the result.',
    "For instance, a first draft can be compared with the final version, line by line.",
)
LEAKS = ("### Response:\n", "Here is the revised response:\n\n")
FENCE = "```"
SNIPPET = "```python\nprint('checked')\n```"
EMPTY = ("", "### Response:\n")


def edit(prompt: Prompt) -> str:
    """The rewritten response; about one in forty is empty."""
    dice = Dice(prompt.digest)
    if dice.below(40) == 0:
        return dice.pick(EMPTY)
    body = _body(prompt, dice)
    match dice.below(20):
        case 0 | 1:
            return dice.pick(LEAKS) + body
        case 2 if FENCE not in body:
            return f"{FENCE}\n{body}\n{FENCE}"
        case 3 if FENCE not in body:
            return f"{LEAKS[1]}{FENCE}\n{body}\n{FENCE}"
        case 4:
            return f"\n{body}\n\n"
        case _:
            return body


def given_back(prompt: Prompt) -> str:
    """The previous response as it is, all white space a blank."""
    return between(prompt.text, "### Previous Response: ", " Below is an ")


def _body(prompt: Prompt, dice: Dice) -> str:
    """An opening, the previous words laid out anew, and what the suggestions add."""
    suggested = between(prompt.text, "### Writing Suggestions:", "### Previous Response:").split()
    suggested = suggested or prompt.words[-40:]  # an editor alone has the request only
    # The prompt's own layout would be a leak, for which the guards would refuse the edit.
    suggested = [word for word in suggested if not set("<#:[") & set(word)] or ["this"]
    additions = [
        text.replace("@", dice.quote(suggested, 2 + dice.below(4)))
        for text in dice.several(ADDITIONS, 2 + dice.below(2))
    ]
    if dice.below(12) == 0:
        additions.insert(1, SNIPPET)
    bullet = dice.pick(("", "", "- "))
    glue = dice.pick((" ", "\n", "\n\n"))
    return "\n\n".join([_rewritten(prompt, dice, glue), *(bullet + text for text in additions)])


def _rewritten(prompt: Prompt, dice: Dice, glue: str) -> str:
    previous = between(prompt.text, "### Previous Response:", "Below is an instruction")
    for opening in OPENINGS:
        previous = previous.removeprefix(opening).lstrip()
    return dice.pick(OPENINGS) + glue + previous.replace(". ", "." + glue)
