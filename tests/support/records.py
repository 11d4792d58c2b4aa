"""Hand-made records of rows, and runs that contain them."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from nodes.conversation import ConversationContext
from nodes.orders import ORDERS
from nodes.state import Answer, Judgement, Outcome, Round, StopReason, Verdict
from runners.calls.spending import Budget, Spending
from runners.calls.spent import Spent
from runners.folder.folder import RunData, RunFolder, RunSettings
from runners.folder.ledger import Ledger
from runners.folder.records import Evolution, Failure, Record, Usage
from runners.folder.tables import SCHEMA
from runners.folder.taking import Arrival, Taking
from runners.storage.database import Database

TEN_CALLS = Spent(10, 0, 100, 50)
Verdicts = tuple[Verdict, Verdict]
"""With the original first, and with the edited first."""


def said(text: str) -> Answer:
    """An answer of which the endpoint told nothing."""
    return Answer(
        text=text, finish_reason="stop", model=None, input_tokens=None, output_tokens=None
    )


def round_of(
    before: str,
    edit: str,
    outcome: Outcome,
    verdicts: Verdicts | None,
    *,
    k: int = 1,
    advice: str = "Add an example.",
) -> Round:
    """A round; without verdicts nobody judged it."""
    speakers = ("critical_predetermined", "positive_predetermined", "positive_free")
    return Round(
        k=k,
        response=before,
        speeches={name: said(f"{name} speaks") for name in (*speakers, "critical_free")},
        suggestions=said(advice),
        edit={**said(edit), "response": edit},
        judgements={
            order: Judgement(
                **said(f"{order} explains"), verdict=verdict, original_score=0, edited_score=1
            )
            for order, verdict in zip(ORDERS, verdicts or (), strict=False)
        },
        original_score=0,
        edited_score=0,
        outcome=outcome,
        flags=[],
    )


def sample(
    id: str,
    before: str,
    rounds: Sequence[Round],
    *,
    instruction: str = "Say something.",
    stop: StopReason = "not_improved",
    flags: Sequence[str] = (),
) -> Evolution:
    """A sample's record: its response is that of the last round that won."""
    won = [each["edit"]["response"] for each in rounds if each["outcome"] == "improved"]
    return Evolution(
        id=id,
        instruction=instruction,
        input="",
        original_response=before,
        response=[before, *won][-1],
        rounds=list(rounds),
        stop_reason=stop,
        flags=list(flags),
        usage=Usage(calls=8 * len(rounds)),
    )


def failed(id: str, response: str = "kept") -> Evolution:
    """The record of a row that failed at the editor."""
    failure = Failure(
        stage="editor", error="BadRequestError", message="too <b>long</b>", attempts=1
    )
    return Evolution(
        id=id,
        instruction="Fail.",
        input="",
        original_response=response,
        response=response,
        failure=failure,
    )


def run_of(
    path: Path,
    records: Sequence[Record],
    *,
    unfinished: int = 0,
    model: str = "openai:test",
    judging: Spent = TEN_CALLS,
) -> Path:
    """Make a run folder with these records, and rows that are still to do; return it.

    The judge's calls are all that was spent.
    """
    path.mkdir(parents=True)
    rows = [*(record.id for record in records), *(f"todo{n}" for n in range(unfinished))]

    async def finish_all(ledger: Ledger) -> None:
        for record in records:
            await ledger.keep(record)

    with closing(Database(path / "run.db", SCHEMA)) as database:
        ledger = Ledger(database)
        with closing(Taking(database, lambda position, id_: True)) as taking:
            taking.begin(map(Arrival, rows))
        asyncio.run(finish_all(ledger))
        Spending(database, {}, Budget()).count("judge", model, judging)
    settings = RunSettings(
        context=ConversationContext(model=model), format="alpaca", prompt_pack_sha256="0"
    )
    data = RunData(path="/somewhere/private/data.json", sha256=None, rows=len(rows))
    RunFolder(path).freeze(settings, data, None, {})
    return path
