"""Options of the commands in which judges alone speak, in Python and on the command line."""

from nodes.options import Economy, JudgeAgents, Judging, PromptPack, Sampling
from runners.options.calls import Calls
from runners.options.data import Layout, Limit, Seed
from runners.options.limits import Prices, SpendingLimits
from runners.options.run import Caching, Distrusting


class CompareOptions(
    JudgeAgents,
    Sampling,
    Judging,
    Layout,
    Calls,
    Distrusting,
    Caching,
    SpendingLimits,
    Prices,
    total=False,
):
    """What `compare` takes, beside its two sides and its folder."""

    limit: Limit


class CalibrateOptions(
    JudgeAgents, Sampling, Layout, Calls, Caching, SpendingLimits, Prices, total=False
):
    """What `calibrate` takes, beside its data, its folder, modes and kinds of twins."""

    prompt_pack: PromptPack
    economy: Economy
    seed: Seed
