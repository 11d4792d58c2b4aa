"""Serving: what the clients of a LangGraph server may ask for; its owner decides.

A client could otherwise use the settings to read the owner's files (as a prompt pack or a GGUF
file), or to have the owner's key sent to an address of its own (`base_url`). In other processes the
owner chooses the settings, and nothing here applies.
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from langchain_core.messages import BaseMessage

from nodes.models.providers import GGUF, INTEGRATIONS, REHEARSAL
from prompts.pack import BUILT_IN

_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[\w./-]*)?")
_PACK_NAME = re.compile(r"[\w-]+")
_OURS = ("model", "messages", "n")
"""Entries of a call's body that are no client's: other settings decide them, or `n` bills more."""
_LIMITS = ("max_tokens", "max_completion_tokens")
"""What endpoints call the longest answer."""
_SAID = 200_000
"""Characters that a prompt may have beside its sample: the pack's, and what agents said."""


class Allowance(NamedTuple):
    """What a server's clients may ask for."""

    base_urls: frozenset[str] | None
    """COEVOL_ALLOWED_BASE_URLS, separated by commas; None stands for any on this machine."""
    providers: frozenset[str] | None
    """COEVOL_ALLOWED_PROVIDERS, separated by commas; None stands for all but `gguf`."""
    packs: Path | None
    """COEVOL_PROMPT_PACKS: the folder of the packs that a client may name; None for built-in
    ones only."""
    rounds: int
    """COEVOL_SERVED_MAX_ROUNDS: the most rounds that a client may ask for."""
    characters: int
    """COEVOL_SERVED_MAX_CHARACTERS: the most characters of a sample or a conversation."""
    tokens: int
    """COEVOL_SERVED_MAX_TOKENS: the longest answer that a client may ask for."""

    @classmethod
    def of_environment(cls) -> Self:
        """The allowance set in the environment. Raises ValueError for an invalid number."""
        base_urls, providers = (
            _names(f"COEVOL_ALLOWED_{what}") for what in ("BASE_URLS", "PROVIDERS")
        )
        packs = os.environ.get("COEVOL_PROMPT_PACKS")
        return cls(
            None if base_urls is None else frozenset(url.rstrip("/") for url in base_urls),
            providers,
            Path(packs) if packs else None,
            int(os.environ.get("COEVOL_SERVED_MAX_ROUNDS") or 10),
            int(os.environ.get("COEVOL_SERVED_MAX_CHARACTERS") or 200_000),
            int(os.environ.get("COEVOL_SERVED_MAX_TOKENS") or 32_000),
        )

    def check_model(self, model: str) -> None:
        """Raise ValueError if the model's provider is not allowed."""
        provider = model.partition(":")[0]
        is_allowed = provider != GGUF if self.providers is None else provider in self.providers
        if not is_allowed and model != REHEARSAL:
            raise ValueError(f"provider {provider}: not on this server; {_ask('PROVIDERS')}")

    def check_params(self, model: str, params: Mapping[str, object]) -> None:
        """Raise ValueError for parameters that a client may not set.

        Of a model from LangChain's packages it may set none: they may be any field of a class,
        among them addresses, proxies and ways to sign in.
        """
        is_integration = model.partition(":")[0] in INTEGRATIONS
        refused = [name for name in params if is_integration or name in _OURS]
        if refused:
            raise ValueError(f"params {', '.join(refused)}: not for {model} on this server")
        for name in _LIMITS:
            self.check_tokens(name, params.get(name))

    def check_tokens(self, name: str, limit: object) -> None:
        """Raise ValueError if a client asks for longer answers than it may."""
        if isinstance(limit, int | float) and limit > self.tokens:
            raise ValueError(f"{name} {limit}: this server goes to {self.tokens}")

    def check_base_urls(self, base_urls: str | Sequence[str] | None) -> None:
        """Raise ValueError if one of the addresses is not allowed."""
        for url in [base_urls] if isinstance(base_urls, str) else base_urls or ():
            is_allowed = (
                _LOOPBACK.fullmatch(url)
                if self.base_urls is None
                else url.rstrip("/") in self.base_urls
            )
            if not is_allowed:
                raise ValueError(
                    f"base_url: {_host(url)} not from this server; {_ask('BASE_URLS')}"
                )

    def pack(self, name: str) -> str:
        """The path, or the built-in name, of the pack that a client calls `name`.

        Raises ValueError if it gives no name, or one that is not in the folder.
        """
        if name in BUILT_IN:
            return name
        path = self.packs and self.packs / f"{name}.yaml"
        if path is None or not _PACK_NAME.fullmatch(name) or not path.is_file():
            hint = f"give a name out of its owner's folder, or {' or '.join(BUILT_IN)}"
            raise ValueError(f"prompt_pack {name}: not on this server; {hint}")
        return str(path)

    def check_rounds(self, rounds: int) -> None:
        """Raise ValueError if a client asks for more rounds than it may."""
        if rounds > self.rounds:
            raise ValueError(f"max_rounds {rounds}: this server goes to {self.rounds}")

    def check_size(self, texts: Iterable[str]) -> None:
        """Raise ValueError if a client sends more characters in all than allowed."""
        found = sum(map(len, texts))
        if found > self.characters:
            raise ValueError(
                f"{found} characters of input: this server takes up to {self.characters}"
            )


def check_size(texts: Iterable[str]) -> None:
    """Raise ValueError if a client of this server sends more characters than allowed."""
    allowed = allowance()
    if allowed is not None:
        allowed.check_size(texts)


def check_prompt(messages: Iterable[BaseMessage]) -> None:
    """Raise ValueError if a prompt on this server is longer than a sample and a debate make it.

    A client may write its thread's state itself, and so go past what looks at its input.
    """
    allowed = allowance()
    if allowed is None:
        return
    found = sum(len(str(each.content)) for each in messages)
    most = allowed.characters + _SAID
    if found > most:
        raise ValueError(f"a prompt of {found} characters: this server takes up to {most}")


def allowance() -> Allowance | None:
    """The allowance for this process; None if it is not a LangGraph server."""
    return Allowance.of_environment() if "langgraph_api" in sys.modules else None


def _host(url: str) -> str:
    """The host of an address, without user name and password."""
    return url.rpartition("@")[2].rpartition("://")[2].partition("/")[0] or "that address"


def _names(variable: str) -> frozenset[str] | None:
    said = os.environ.get(variable)
    return None if said is None else frozenset(filter(None, map(str.strip, said.split(","))))


def _ask(what: str) -> str:
    return f"its owner can add it to COEVOL_ALLOWED_{what}"
