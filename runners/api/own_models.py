"""Chat models given as objects: takes them out of the options, and puts a string in their place."""

import pickle
from collections.abc import Mapping
from typing import Any, cast

from langchain_core.language_models import BaseChatModel

from nodes.context import Context
from nodes.models.names import is_own
from nodes.models.own import own_name
from nodes.options import AGENT_MODELS, SAMPLING
from runners.errors import UsageError, usage_errors
from runners.options.declared import defaults
from runners.options.resolve import Params
from runners.run.ray.pickled import pickled_whole

_ITS_OWN = "make it with the settings that it is to have"


def take_out(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, BaseChatModel]]:
    """The options without objects, and the objects by the strings that stand for them.

    Raises UsageError for what is not a chat model, and for one that can't be used as requested.
    """
    objects: dict[str, BaseChatModel] = {}

    def plain(option: str, given: Any) -> Any:
        if given is None or isinstance(given, str):
            return given
        if isinstance(given, list):  # a panel of judges
            return [plain(option, each) for each in cast("list[Any]", given)]
        name = _name_of(option, given)
        if objects.setdefault(name, given) is not given:
            raise UsageError(f"{option}: another model is called {name}, too; give each its own")
        if options.get("engine") == "ray":
            _check_pickled(option, given)
        return name

    strings = {name: plain(name, options[name]) for name in AGENT_MODELS if name in options}
    return {**options, **strings}, objects


def _name_of(option: str, given: Any) -> str:
    if not isinstance(given, BaseChatModel):
        wanted = "PROVIDER:NAME, or a chat model of LangChain's"
        raise UsageError(f"{option} = {given!r}: must be {wanted}")
    with usage_errors(f"{option}: "):
        return own_name(given)


def check_settings(context: Context, params: Params) -> None:
    """Raise UsageError for a setting that only objects would have to obey: they have their own."""
    models = {speaker: settings.model for speaker, settings in context.settings.items()}
    for speaker in context.role_settings:
        if is_own(models.get(speaker, "")):
            raise UsageError(f"role_settings.{speaker}: its model is an object; {_ITS_OWN}")
    if all(map(is_own, models.values())):
        usual = defaults()
        for name in ("base_url", "params", *SAMPLING):
            if params[name] != usual[name]:
                raise UsageError(f"{name}: the models are objects; {_ITS_OWN}")


def _check_pickled(option: str, model: BaseChatModel) -> None:
    try:
        pickled_whole(model)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        reason = " ".join(str(error).split())
        hint = "leave engine='ray' out, or name the model by PROVIDER:NAME"
        raise UsageError(f"{option}: can't be sent to actors ({reason}); {hint}") from None
