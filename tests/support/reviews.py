"""Runs whose judges were undecided, and their reviews: the real server, in a thread.

with served(ReviewRequest(run)) as url: ...
"""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from nodes.orders import ORDERS
from nodes.state import Outcome, Round, Verdict
from runners.folder.records import Evolution
from runners.review.run import review_server
from runners.review.session import ReviewRequest
from tests.support.records import round_of, run_of, sample

EVIL = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'></textarea>"
_POINTS: dict[Verdict, tuple[float, float]] = {
    "original": (1, 0),
    "edited": (0, 1),
    "tie": (1, 1),
    "unparsable": (1, 1),
}
FLIPS: tuple[tuple[Verdict, Verdict], ...] = (("original", "edited"), ("edited", "original"))
LOST: tuple[Verdict, Verdict] = ("original", "original")
WON: tuple[Verdict, Verdict] = ("edited", "tie")


def judged(before: str, edit: str, said: tuple[Verdict, Verdict], k: int = 1) -> Round:
    """A round with the points that its verdicts give, and the outcome that these make."""
    given = [_POINTS[verdict] for verdict in said]
    original, edited = (sum(points) for points in zip(*given, strict=True))
    outcome: Outcome = "improved" if edited > original else "not_improved"
    found = round_of(before, edit, outcome, said, k=k)
    for order, (one, other) in zip(ORDERS, given, strict=True):
        found["judgements"][order]["original_score"] = one
        found["judgements"][order]["edited_score"] = other
    return {**found, "original_score": original, "edited_score": edited}


def row(id: str, *rounds: Round, instruction: str = "Say something.") -> Evolution:
    """A row with these rounds; the first one has its original."""
    return sample(id, rounds[0]["response"], rounds, instruction=instruction)


def close_calls(count: int) -> list[Evolution]:
    """Rows whose one round flipped, one way and the other."""
    return [
        row(f"row{n}", judged(f"before {n}", f"after {n}", FLIPS[n % 2]), instruction=f"Task {n}.")
        for n in range(count)
    ]


def run_with(folder: Path, records: Sequence[Evolution]) -> Path:
    """A finished run of these rows, with the dataset that they come from."""
    rows = [
        {"instruction": each.instruction, "input": each.input, "output": each.original_response}
        for each in records
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.json").write_text(json.dumps(rows), "utf-8")
    return run_of(folder / "run", records)


@contextmanager
def served(request: ReviewRequest) -> Generator[str]:
    """Serve a review while the block lasts; gives its address."""
    with review_server(request) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


class Said(NamedTuple):
    """What a line of review.jsonl says."""

    id: str
    verdict: str | None


def said_in(run: Path) -> list[Said]:
    """The lines of a run's review, as they are in the file."""
    path = run / "review.jsonl"
    lines: list[Any] = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [Said(line["id"], line["verdict"]) for line in lines]
