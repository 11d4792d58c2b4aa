"""Known in advance: how much of its prompts a cache supplies, and how much a model thinks.

The user states it, or it is taken from an earlier run of the same models.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from nodes.context import Context
from prompts.roles import Speaker
from runners.calls.spending import SpendingReader
from runners.calls.spent import Spent, sum_of
from runners.errors import UsageError
from runners.folder.opened import open_run


class Known(NamedTuple):
    """What is known about the calls of each speaker; a speaker may be missing."""

    cached_share: Mapping[Speaker, float] = MappingProxyType({})
    """Share of the prompt tokens that are read from a cache, from 0 to 1."""
    reasoning: Mapping[Speaker, float] = MappingProxyType({})
    """Mean tokens of thinking in a call."""

    def added_to(self, speaker: Speaker, spent: Spent) -> Spent:
        """Add what is known to a speaker's calls: cached tokens, and tokens of thinking."""
        cached, thought = self.cached_share.get(speaker), self.reasoning.get(speaker)
        if cached is not None:
            tokens = round(spent.input_tokens * cached)
            spent = spent._replace(cached_told=spent.calls, cached_tokens=tokens)
        if thought is not None:
            tokens = round(spent.calls * thought)
            said = spent.output_tokens + tokens
            told = {"reasoning_told": spent.calls, "reasoning_tokens": tokens}
            spent = spent._replace(output_tokens=said, **told)
        return spent

    def over(self, other: "Known") -> "Known":
        """Combine both; where both know something, this one counts."""
        return Known(
            {**other.cached_share, **self.cached_share}, {**other.reasoning, **self.reasoning}
        )

    @property
    def in_words(self) -> str:
        """What is known, for the user; empty if nothing is."""
        shares = _range([f"{each:.0%}" for each in sorted(self.cached_share.values())])
        tokens = _range([f"{each:,.0f}" for each in sorted(self.reasoning.values())])
        told = [f"{shares} of prompts' tokens come from a cache"] if shares else []
        told += [f"models think {tokens} tokens a call"] if tokens else []
        return "; ".join(told)


NOTHING = Known()


def said(context: Context, cached_share: float | None, reasoning: float | None) -> Known:
    """What the user states, which applies to all speakers; None for what is not stated."""
    speakers = context.settings
    return Known(
        {} if cached_share is None else dict.fromkeys(speakers, cached_share),
        {} if reasoning is None else dict.fromkeys(speakers, reasoning),
    )


def learned_from(run: Path, context: Context) -> Known:
    """Take what an earlier run tells about the models in `context`, speaker by speaker.

    If a model had another role there, its average over all roles is taken. Cached shares are taken
    only if the run had the same prompt pack, because they depend on how prompts begin. Raises
    UsageError if there is no such run, or none of the models has answered in it.
    """
    with open_run(run) as opened:
        spent = SpendingReader(opened.database, {}).spent
        is_same_pack = opened.run_file.settings.prompt_pack_sha256 == context.pack.hash
    used = _by_speaker(spent, context)
    if not any(each.calls for each in used.values()):
        models = ", ".join(sorted({each.model for each in context.settings.values()}))
        raise UsageError(f"--like {run}: {models} answered none of its calls; give another run")
    cached_share: dict[Speaker, float] = {}
    reasoning: dict[Speaker, float] = {}
    for speaker, each in used.items():
        if is_same_pack and (share := each.cached_share) is not None:
            cached_share[speaker] = share
        if each.reasoning_told:
            reasoning[speaker] = each.reasoning_tokens / each.reasoning_told
    return Known(cached_share, reasoning)


def _by_speaker(spent: Mapping[tuple[str, str], Spent], context: Context) -> dict[Speaker, Spent]:
    """What each speaker's model used in the same role; if it had none of it, in all roles.

    `spent` is by role and model string.
    """
    used: dict[Speaker, Spent] = {}
    for speaker, settings in context.settings.items():
        same = {role: each for (role, model), each in spent.items() if model == settings.model}
        used[speaker] = same.get(speaker) or sum_of(same.values())
    return used


def _range(shown: list[str]) -> str:
    """The first and the last of sorted numbers as a range; one number if they are the same."""
    return " to ".join(dict.fromkeys([shown[0], shown[-1]])) if shown else ""
