"""How a command takes declared options, and gets their values from all sources."""

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from annotated_types import Ge, Gt

from runners.cli.completion import COMPLETIONS
from runners.errors import UsageError
from runners.options.declared import Declared, all_options, bounds_of, options_of
from runners.options.environment import CONFIG, read_environment, variables
from runners.options.resolve import GivenValue, Params, resolve

Command = Callable[..., None]

_CONFIG = Annotated[
    Path | None,
    typer.Option(
        "--config", help=f"Recipe, a YAML file of options; those given here win. Also {CONFIG}."
    ),
]


def takes(*groups: type | str) -> Callable[[Command], Command]:
    """Give a command options, by group or by name, after its own parameters, and --config.

    The command calls `resolved` to get their values.
    """
    declared = [each for group in groups for each in _members(group)]
    parameters = [*map(_parameter, declared), _keyword("config", _CONFIG, None)]

    def take(command: Command) -> Command:
        own = inspect.signature(command).parameters

        @wraps(command)
        def run(**given: object) -> None:
            command(**{name: given[name] for name in own})

        named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own.values()]
        ordered = sorted([*named, *parameters], key=lambda each: each.name != "data")
        run.__dict__["__signature__"] = inspect.Signature(ordered)
        run.__annotations__ = {each.name: each.annotation for each in ordered}
        return run

    return take


def resolved(arguments: typer.Context) -> Params:
    """The value of every option: of the command line, else a recipe, the environment, its default.

    Options that the command does not take have their defaults, even if a recipe or the environment
    names them. Raises UsageError naming the first value that is wrong.
    """
    offered = all_options().keys() & arguments.params.keys()
    typed = {
        name: GivenValue(arguments.params[name], all_options()[name].flag, is_typed=True)
        for name in offered
        if is_typed(arguments, name)
    }
    found = variables(os.environ, Path())
    config = arguments.params["config"] or found.get(CONFIG)
    sources = [typed, _recipe(config), read_environment(found)]
    return resolve(*({name: each[name] for name in each if name in offered} for each in sources))


def is_typed(arguments: typer.Context, name: str) -> bool:
    """Whether an option was given on the command line itself."""
    source = arguments.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def required(params: Params, name: str) -> Any:
    """The value of an option that the command needs. Raises UsageError if there is none."""
    if params[name] is None:
        flag = all_options()[name].flag
        raise UsageError(f"{flag}: missing; give it here or as `{name}` in a recipe")
    return params[name]


def _recipe(config: str | Path | None) -> Mapping[str, GivenValue]:
    if config is None:
        return {}
    from runners.options.recipe import read_recipe

    return read_recipe(Path(config))


def _members(group: type | str) -> Iterator[Declared]:
    if isinstance(group, str):
        yield all_options()[group]
    else:
        yield from options_of(group).values()


def _parameter(declared: Declared) -> inspect.Parameter:
    """The parameter that declares an option to typer."""
    name, hint, option = declared
    kind = option.typed or get_args(hint)[0]
    shown: dict[str, Any] = {} if option.metavar is None else {"metavar": option.metavar}
    if not declared.flag.startswith("--"):
        argument = typer.Argument(help=option.help, show_default=False)
        return _keyword(name, Annotated[kind, argument], option.default)
    if kind is bool:
        flags = (f"{declared.flag}/--no-{declared.flag[2:]}",)
        shown["show_default"] = False
    else:
        flags = (declared.flag,)
        shown |= {} if option.typed else _bounds(hint)
    typed = typer.Option(
        *flags,
        help=option.help,
        rich_help_panel=option.panel,
        autocompletion=COMPLETIONS.get(name),
        **shown,
    )
    return _keyword(name, Annotated[kind, typed], option.default)


def _bounds(hint: Any) -> dict[str, Any]:
    """A type's bounds as arguments of typer; for `more than`, which it does not have, a metavar."""
    shown: dict[str, Any] = {}
    for each in bounds_of(hint):
        if isinstance(each, Ge):
            shown["min"] = each.ge
        elif isinstance(each, Gt):
            shown["metavar"] = f"NUMBER > {each.gt}"
        else:
            shown["max"] = each.le
    return shown


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
