"""All options by name, with their names on the command line and in the environment."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

from annotated_types import Ge, Gt, Le

from nodes.option import Option, option_of
from nodes.options import Agents, Conversations, Guarding, Judging, RoundLimit, Sampling
from runners.options.calls import Calls, ServiceTiers
from runners.options.data import (
    Chosen,
    Encoded,
    Layout,
    Selected,
    SourceOptions,
    Thinking,
    Tolerated,
)
from runners.options.limits import Prices, SpendingLimits
from runners.options.output import Folder, Telling
from runners.options.run import Caching, Distrusting, FailureOptions, OneFramework, TracingOptions
from runners.options.scale import Batches, Cluster

CONDUCT = (
    Calls,
    ServiceTiers,
    Cluster,
    Batches,
    FailureOptions,
    Distrusting,
    Caching,
    TracingOptions,
    SpendingLimits,
    Prices,
)
"""The options for how a run over a dataset is carried out."""
EVOLVING = (
    *(
        Agents,
        Sampling,
        OneFramework,
        RoundLimit,
        Judging,
        Guarding,
        Layout,
        Encoded,
        Tolerated,
        Thinking,
        Selected,
        Chosen,
        Conversations,
    ),
    *CONDUCT,
)
"""The options for which rows are evolved, and how."""


class EvolveOptions(
    Agents,
    Sampling,
    OneFramework,
    RoundLimit,
    Judging,
    Guarding,
    Layout,
    Encoded,
    Tolerated,
    Thinking,
    Selected,
    Chosen,
    Conversations,
    Calls,
    ServiceTiers,
    Cluster,
    Batches,
    FailureOptions,
    Distrusting,
    Caching,
    TracingOptions,
    SpendingLimits,
    Prices,
    total=False,
):
    """What `evolve` in Python takes, beside its data and its folder: those of EVOLVING.

    Written out, since an editor and a type checker know a class by the bases that they can read.
    """


class Declared(NamedTuple):
    """One option."""

    name: str
    """The name in Python and in recipes."""
    type: Any
    """The type with its bounds, as pydantic reads them."""
    option: Option

    @property
    def flag(self) -> str:
        """The flag on the command line."""
        return self.option.flag or f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"COEVOL_{self.name.upper()}"


@cache  # type hints are computed at each request, and every command asks for them
def options_of(group: type) -> dict[str, Declared]:
    """The options of a group, a TypedDict, by name and in order."""
    hints = get_type_hints(group, include_extras=True)
    return {name: Declared(name, hint, option_of(hint)) for name, hint in hints.items()}


@cache
def all_options() -> dict[str, Declared]:
    """Every option by name."""
    named: dict[str, Declared] = {}
    for group in (SourceOptions, Folder, *EVOLVING, Telling):
        named |= options_of(group)
    return named


def bounds_of(hint: Any) -> Iterator[Ge | Gt | Le]:
    """The bounds within a type, at any depth."""
    for each in get_args(hint):
        if isinstance(each, Ge | Gt | Le):
            yield each
        else:
            yield from bounds_of(each)


def by_subject() -> Iterator[tuple[str, list[Declared]]]:
    """The options by the heading under which help pages and tables list them, in order."""
    options = all_options().values()
    for panel in dict.fromkeys(each.option.panel for each in options):
        yield panel, [each for each in options if each.option.panel == panel]


def defaults() -> dict[str, Any]:
    """The default of every option."""
    return {name: declared.option.default for name, declared in all_options().items()}


_ROLE_FLAG = re.compile(r"--set (?=[a-z]+\.)")


def in_keywords(text: str, own: Iterable[str] = ()) -> str:
    """A message with options named by Python's keywords instead of their flags.

    `own` are further keywords, whose flags are spelled with dashes.
    """
    keywords = {f"--{name.replace('_', '-')}": name for name in own}
    keywords |= {declared.flag: name for name, declared in all_options().items()}
    text = _ROLE_FLAG.sub("role_settings.", text)
    return re.sub(r"--[a-z][a-z-]*", lambda flag: keywords.get(flag[0], flag[0]), text)
