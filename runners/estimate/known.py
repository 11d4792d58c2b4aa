"""What is known of a run's calls before it: what a cache will have of prompts, how much is thought.

Said by a person, or learned from a run that the same models have answered.
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
    """What is known, by speaker; nothing of those who are not in it."""

    cached_share: Mapping[Speaker, float] = MappingProxyType({})
    """The share of prompts' tokens that comes from a cache."""
    reasoning: Mapping[Speaker, float] = MappingProxyType({})
    """Tokens of thinking a call."""

    def added_to(self, speaker: Speaker, spent: Spent) -> Spent:
        """What calls of this speaker take, with what is known of them."""
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
        """Both together; what this one knows counts."""
        return Known(
            {**other.cached_share, **self.cached_share}, {**other.reasoning, **self.reasoning}
        )

    @property
    def in_words(self) -> str:
        """What is known, for people; empty if nothing is."""
        shares = _range([f"{each:.0%}" for each in sorted(self.cached_share.values())])
        tokens = _range([f"{each:,.0f}" for each in sorted(self.reasoning.values())])
        told = [f"{shares} of prompts' tokens come from a cache"] if shares else []
        told += [f"a call thinks {tokens} tokens"] if tokens else []
        return "; ".join(told)


NOTHING = Known()


def said(context: Context, cached_share: float | None, reasoning: float | None) -> Known:
    """What a person says of all calls; None for nothing."""
    speakers = context.settings
    return Known(
        {} if cached_share is None else dict.fromkeys(speakers, cached_share),
        {} if reasoning is None else dict.fromkeys(speakers, reasoning),
    )


def learned_from(run: Path, context: Context) -> Known:
    """What a run tells of the models in the context, role by role.

    Of a role that another model had there, it is what the model did in all. Where the run's prompts
    were those of another pack, a cache had other shares of them: nothing is learned of these.
    Raises UsageError if there is no run, or none of the models has answered in it.
    """
    with open_run(run) as opened:
        spent = SpendingReader(opened.database, {}).spent
        is_same_pack = opened.run_file.settings.prompt_pack_sha256 == context.pack.hash
    told: dict[Speaker, Spent] = {}
    for speaker, settings in context.settings.items():
        same = {role: each for (role, model), each in spent.items() if model == settings.model}
        told[speaker] = same.get(speaker) or sum_of(same.values())
    if not any(each.calls for each in told.values()):
        models = ", ".join(sorted({each.model for each in context.settings.values()}))
        raise UsageError(f"--like {run}: {models} answered no call of it; give a run that it did")
    cached_share: dict[Speaker, float] = {}
    reasoning: dict[Speaker, float] = {}
    for speaker, each in told.items():
        if is_same_pack and (share := each.cached_share) is not None:
            cached_share[speaker] = share
        if each.reasoning_told:
            reasoning[speaker] = each.reasoning_tokens / each.reasoning_told
    return Known(cached_share, reasoning)


def _range(shown: list[str]) -> str:
    """Numbers in words, the least first; one if they are alike, empty for none."""
    return " to ".join(dict.fromkeys([shown[0], shown[-1]])) if shown else ""
