"""Shared by the functions in which only judges speak."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

from nodes.conversation import ConversationContext
from runners.api.arguments import as_params, naming_keywords, with_options
from runners.api.own_models import check_settings, take_out
from runners.errors import UsageError
from runners.options.arguments import read_conduct, read_judges
from runners.options.resolve import Params
from runners.run.plan import Conduct

P = ParamSpec("P")
T = TypeVar("T")


class Judges(NamedTuple):
    """Who judges, and how."""

    params: Params
    """Every option's value."""
    context: ConversationContext
    conduct: Conduct


def judges_given(given: Mapping[str, Any], options: type, called: str) -> Judges:
    """Read the options given to the function `called`.

    Raises UsageError naming the first that is wrong, or TypeError.
    """
    strings, own_models = take_out(given)
    params = as_params(strings, options, called)
    if params["judge_model"] is None:
        raise UsageError(f"judge_model: missing; {called} asks no other agent than the judge")
    context = read_judges(params).with_own_models(own_models)
    check_settings(context, params)
    return Judges(params, context, read_conduct(params))


def taking(options: type) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Give a function these options as keywords, also in the errors that it raises."""

    def dress(function: Callable[P, T]) -> Callable[P, T]:
        dressed = naming_keywords(function)
        told = with_options(function, options)
        dressed.__dict__["__signature__"] = told
        return dressed

    return dress
