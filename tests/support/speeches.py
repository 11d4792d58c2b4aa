"""What the debaters and the advisor say; `@` stands for a few words of the prompt."""

from tests.support.words import Dice, Prompt

PRAISE = (
    'It deals with "@" head on, which is what the request is about.',
    "A learner who reads it gets the main point within the first lines.",
    'The part that says "@" is sound and easy to check.',
    "Nothing in it contradicts the request.",
    'The tone fits, and "@" is put in plain words.',
    "Its length suits a question of this kind.",
    'I see "@" as a good starting point for further detail.',
)
CRITIQUE = (
    'The part around "@" stays on the surface and needs an example.',
    "It would gain from a short closing sentence that sums up the result.",
    'Where it says "@", a reader is left without a reason.',
    "The order of ideas could follow the request more closely.",
    '"@" is asserted rather than explained.',
    "Some terms are used before they are introduced.",
    'I would spell out how "@" relates to the question.',
)
REJOINDER = (
    'The remark about "@" is plausible, since the request does ask for it.',
    'I do not find the point on "@" convincing; it goes beyond the request.',
    "The first point holds, the last one is a matter of taste.",
    'As to "@", the reviewer is right that more could be said.',
    "On the whole the review is fair, though a bit general.",
    'What is said of "@" cannot be checked from the response alone.',
)
ADVICE = (
    'Explain "@" with a concrete example.',
    'Say why "@" matters for the request.',
    "Close with one sentence that sums up the answer.",
    'Put "@" first, since the request turns on it.',
    "Split the longest sentence into two.",
    'Define the terms around "@" before using them.',
    "Name one limit of the answer.",
)
BULLETS = ("", "- ", "* ")


def _filled(template: str, dice: Dice, words: list[str]) -> str:
    before, slot, after = template.partition("@")
    return before + dice.quote(words, 2 + dice.below(4)) + after if slot else before


def speech(prompt: Prompt, stock: tuple[str, ...]) -> str:
    """Three to five sentences, in one or two paragraphs."""
    dice = Dice(prompt.digest)
    glue = dice.pick((" ", " ", "\n\n"))
    sentences = dice.several(stock, 3 + dice.below(3))
    return glue.join(_filled(sentence, dice, prompt.words) for sentence in sentences)


def advice(prompt: Prompt) -> str:
    """One to three suggestions, a line each, numbered, bulleted or bare."""
    dice = Dice(prompt.digest)
    lines = dice.several(ADVICE, 1 + dice.pick((0, 1, 2, 2, 2)))
    filled = [_filled(line, dice, prompt.words) for line in lines]
    if dice.below(2):
        return "\n".join(f"{number}. {line}" for number, line in enumerate(filled, start=1))
    bullet = dice.pick(BULLETS)
    return "\n".join(bullet + line for line in filled)
