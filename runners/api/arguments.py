"""Arguments given in Python, validated against the declared options."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, Never, ParamSpec, TypeVar, get_args

from runners.errors import RunError, UsageError
from runners.options.declared import EvolveOptions, in_keywords, options_of
from runners.options.nearest import nearest
from runners.options.resolve import GivenValue, Params, resolve

P = ParamSpec("P")
T = TypeVar("T")


def as_params(
    given: Mapping[str, Any], options: type = EvolveOptions, called: str = "evolve"
) -> Params:
    """The value of every option; `options` are those of the function `called`.

    Raises UsageError naming the first that is wrong, or TypeError.
    """
    known = options_of(options)
    for name in given:
        if name not in known:
            meant = nearest(name, known)
            hint = f"; did you mean {meant}?" if meant else ""
            raise TypeError(f"{called}() got an unexpected keyword argument {name!r}{hint}")
    return resolve({name: GivenValue(value, f"{name} =") for name, value in given.items()})


def with_options(function: Callable[..., Any], group: type = EvolveOptions) -> Signature:
    """A function's signature with each option as a keyword, for notebooks and `help`."""
    own = [
        each for each in signature(function).parameters.values() if each.kind != each.VAR_KEYWORD
    ]
    options = [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=declared.option.default,
            annotation=get_args(declared.type)[0],
        )
        for name, declared in options_of(group).items()
    ]
    return Signature([*own, *options], return_annotation=signature(function).return_annotation)


def raise_in_keywords(error: RunError, own: Iterable[str] = ()) -> Never:
    """Raise the error again, with options called by their Python keywords.

    `own` are keywords of the function that are not options.
    """
    told = type(error)(in_keywords(str(error), own))
    for note in getattr(error, "__notes__", ()):
        told.add_note(note)
    raise told from None


def naming_keywords(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function's errors call options by their Python keywords."""
    own = signature(function).parameters

    @wraps(function)
    def named(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except UsageError as error:
            raise_in_keywords(error, own)

    return named
