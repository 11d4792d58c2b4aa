"""A page: one HTML file with everything in it, which loads nothing and runs its own scripts only.

Text from data reaches it through Jinja2, which escapes it, or through scripts, as text nodes.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from runners.pages.palette import VARIABLES

_PARTS = PackageLoader("runners.pages", "parts")


def render_page(
    room: str,
    template: str,
    scripts: Sequence[str],
    told: Mapping[str, object],
    filters: Mapping[str, Callable[..., str]] | None = None,
) -> Iterator[bytes]:
    """Yield a page piece by piece, of a template that has what all pages have alike beside it.

    Templates and scripts are files of the package `room`, in its folder `page`, or of `parts`.
    """
    loader = ChoiceLoader([PackageLoader(room, "page"), _PARTS])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters |= filters or {}
    texts = [_text(environment, loader, name) for name in scripts]
    css = _text(environment, loader, "page.css")
    page = environment.get_template(template).generate(
        **told,
        zip=zip,
        colours=VARIABLES,
        css=Markup(css),  # noqa: S704 # our own file
        scripts=[Markup(text) for text in texts],  # noqa: S704 # our own files
        script_hashes=" ".join(map(_policy_hash, texts)),
        version=version("coevol"),
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )
    for piece in page:
        yield piece.encode()


def _text(environment: Environment, loader: BaseLoader, name: str) -> str:
    text, _, _ = loader.get_source(environment, name)
    return text


def _policy_hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
