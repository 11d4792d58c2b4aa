"""Words: how long what a prompt pack itself says to each role is, and how its prompts begin."""

from collections import defaultdict
from collections.abc import Mapping

from nodes.content import CHARACTERS_A_TOKEN
from prompts.pack import PromptPack, load_pack
from prompts.placeholders import ROLE_PLAY
from prompts.render import beginnings, fill, places_role, sample_values
from prompts.roles import Role

PROMPT_TOKENS: Mapping[Role, int] = {
    "positive": 90,
    "critical": 90,
    "advisor": 130,
    "editor": 120,
    "judge": 190,
}
"""Tokens of each role's own words (the built-in pack, role-play prompt included)."""


def prompt_tokens(pack: PromptPack) -> dict[Role, float]:
    """Tokens of each role's own words in a pack, by what it has more or less than the built-in."""
    usual = load_pack()
    return {
        role: tokens + (_characters(pack, role) - _characters(usual, role)) / CHARACTERS_A_TOKEN
        for role, tokens in PROMPT_TOKENS.items()
    }


def begins_alike(pack: PromptPack) -> bool:
    """Whether the prompts of a row begin with the same words, the role after them."""
    tasks = [_task(pack, role) for role in PROMPT_TOKENS]
    return all(places_role(task) and beginnings(task, _values(pack)) for task in tasks)


def _task(pack: PromptPack, role: Role) -> str:
    """A role's first task prompt."""
    tasks: Mapping[Role, str] = {
        "positive": pack.tasks.positive_predetermined,
        "critical": pack.tasks.critical_predetermined,
        "advisor": pack.tasks.advisor,
        "editor": pack.tasks.editor,
        "judge": pack.tasks.judge,
    }
    return tasks[role]


def _characters(pack: PromptPack, role: Role) -> int:
    """Of a role's prompt about an empty sample, with nothing said before it."""
    task, role_play = _task(pack, role), getattr(pack.roles, role)
    said = fill(task, defaultdict(str, _values(pack), **{ROLE_PLAY: role_play}))
    return len(said) + (0 if places_role(task) else len(role_play))


def _values(pack: PromptPack) -> dict[str, str]:
    return {**sample_values(pack, "", "", ""), "judge_question": pack.judge_question.choice}
