"""Traces as LangSmith's client sends them: multipart bodies decoded into a tree of runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import zstandard

Fields = dict[str, Any]


@dataclass
class Run:
    """One run of a trace: what was posted of it, and what later patches changed."""

    fields: Fields = field(default_factory=dict[str, Any])
    children: list["Run"] = field(default_factory=list["Run"])
    operations: list[str] = field(default_factory=list[str])
    """`post` and `patch`, as they came."""

    @property
    def name(self) -> str:
        return self.fields["name"]

    @property
    def parent(self) -> str | None:
        return self.fields.get("parent_run_id")

    @property
    def tags(self) -> list[str]:
        return sorted(self.fields.get("tags") or [])

    @property
    def metadata(self) -> Fields:
        return self.fields["extra"]["metadata"]

    @property
    def error(self) -> str | None:
        return self.fields.get("error")

    def find(self, name: str) -> list["Run"]:
        """All runs of this name, the run itself included, in the order in which they began."""
        own = [self] if self.name == name else []
        return own + [run for child in self.children for run in child.find(name)]

    def drawn(self, indent: str = "") -> Iterator[str]:
        """The tree of names, a line each."""
        yield indent + self.name
        for child in self.children:
            yield from child.drawn(indent + "  ")


class Traces:
    """All runs and feedback that came in."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.feedback: list[Fields] = []

    def take_in(self, body: bytes, boundary: str) -> None:
        """Add what a multipart body holds."""
        for name, content in parts_of(body, boundary):
            kind, _, rest = name.partition(".")
            if kind == "feedback":
                self.feedback.append(orjson.loads(content))
                continue
            id_, _, part = rest.partition(".")
            run = self.runs.setdefault(id_, Run())
            value = orjson.loads(content)
            if part:
                run.fields[part] = value
            else:
                run.operations.append(kind)
                run.fields |= {key: each for key, each in value.items() if each is not None}

    def roots(self) -> list[Run]:
        """The traces as trees, children in the order in which they began."""
        for run in self.runs.values():
            run.children = []
        for run in sorted(self.runs.values(), key=lambda run: run.fields["dotted_order"]):
            if run.parent is not None:
                self.runs[run.parent].children.append(run)
        return [run for run in self.runs.values() if run.parent is None]

    def scores(self, root: Run) -> dict[str, Any]:
        """The feedback on a trace, by key."""
        id_ = root.fields["id"]
        return {each["key"]: each["score"] for each in self.feedback if each["run_id"] == id_}


def parts_of(body: bytes, boundary: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a multipart body whose parts are JSON, as all of LangSmith's are."""
    for part in body.split(b"--" + boundary.encode() + b"\r\n")[1:]:
        header, _, content = part.partition(b"\r\n\r\n")
        name = header.partition(b'name="')[2].partition(b'"')[0]
        yield name.decode(), content.removesuffix(f"--{boundary}--\r\n".encode()).rstrip(b"\r\n")


def uncompressed(body: bytes, encoding: str | None) -> bytes:
    """A request's body without its compression."""
    if encoding != "zstd":
        return body
    with zstandard.ZstdDecompressor().stream_reader(body) as reader:
        return reader.read()
