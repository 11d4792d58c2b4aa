"""Addresses of a run's calls: any number that serve the same model.

The journal identifies a model by the first address with which its run began. So a run may be
resumed with further addresses, and without the others that it had.
"""

from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.models.names import address_of
from nodes.options import Addresses
from nodes.role_settings import split_addresses
from prompts.roles import Speaker


def led_alike(context: ConversationContext, begun: ConversationContext) -> ConversationContext:
    """The settings with each role's addresses reordered so that they begin as the run did."""
    roles = {
        role: own.model_copy(update={"base_url": _led(own.base_url, _first_of(begun, role))})
        for role, own in context.role_settings.items()
    }
    shared = _led(context.base_url, split_addresses(begun.base_url)[0])
    return context.with_fields({"base_url": shared, "role_settings": roles})


def with_addresses_of(begun: ConversationContext, now: ConversationContext) -> ConversationContext:
    """The settings of an existing run, with the present addresses if their first ones agree."""
    addresses = {each: _address(begun, each) for each in begun.settings}
    if addresses != {each: _address(now, each) for each in now.settings}:
        return begun
    roles = {
        role: own.model_copy(update={"base_url": now.role_settings[role].base_url})
        for role, own in begun.role_settings.items()
        if role in now.role_settings
    }
    roles = {**begun.role_settings, **roles}
    return begun.with_fields({"base_url": now.base_url, "role_settings": roles})


def _address(context: Context, role: Speaker) -> str | None:
    settings = context.settings[role]
    return address_of(settings.model, settings.base_url)


def _first_of(context: Context, role: Speaker) -> str | None:
    own = context.role_settings.get(role)
    return None if own is None else split_addresses(own.base_url)[0]


def _led(addresses: Addresses, first: str | None) -> Addresses:
    """The addresses with `first` in front, if it is among them."""
    given, more = split_addresses(addresses)
    if first is None or given is None or first not in more:
        return addresses
    return (first, *(each for each in (given, *more) if each != first))
