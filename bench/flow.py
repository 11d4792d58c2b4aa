"""The eight calls of an iteration as plain chat messages, for any tool that can send them.

    row = {"instruction": "Name three colours.", "input": "", "output": "red,amber , green"}
    messages_of("positive_predetermined", row)

A row holds the answers so far under the names of the nodes that gave them. The words are those that
coevol sends, from the same prompt pack. It needs only pydantic and PyYAML, so that it runs in the
environments of the other tools.
"""

from nodes.guards.cleaning import clean
from nodes.judging.ruling import parse_ruling
from prompts.pack import load_pack
from prompts.render import fill, sample_values

Row = dict[str, str]
Message = dict[str, str]

STAGES = (
    ("positive_predetermined", "critical_predetermined"),
    ("positive_free", "critical_free"),
    ("advisor",),
    ("editor",),
    ("judge_original_first", "judge_edited_first"),
)
"""The nodes in five steps: those of a step need the answers of the steps before alone."""
NODES = tuple(node for stage in STAGES for node in stage)
TEMPERATURE, TOP_P, MAX_TOKENS = 0.0, 1.0, 1000
"""How coevol asks, by the paper's appendix B."""

_PACK = load_pack()
_SOURCES = {
    "pos_pred": "positive_predetermined",
    "crt_pred": "critical_predetermined",
    "pos_free": "positive_free",
    "crt_free": "critical_free",
    "adv_sugg": "advisor",
    "pre_resp": "output",
}
_ORDERS = {
    "judge_original_first": ("output", "editor"),
    "judge_edited_first": ("editor", "output"),
}


def sample_of(row: Row) -> Row:
    """The texts that prompts show a row by: preamble, sample and sample_request."""
    return {**sample_values(_PACK, row["instruction"], row["input"], row["output"])}


def messages_of(node: str, row: Row, sample: Row | None = None) -> list[Message]:
    """The chat messages of a node's call, which needs the answers of the stages before it.

    `sample` is what `sample_of` makes of the row, where it is there already.
    """
    sample = sample or sample_of(row)
    role = node.partition("_")[0]
    task: Message = {"role": "user", "content": _task(node, row, sample)}
    if node.endswith("_free"):
        first = f"{role}_predetermined"
        said: Message = {"role": "assistant", "content": row[first]}
        return [*messages_of(first, row, sample), said, task]
    return [{"role": "system", "content": getattr(_PACK.roles, role)}, task]


def answer_of(node: str, text: str, row: Row) -> str:
    """What is kept of an answer: of the editor's, the response alone."""
    return clean(text, row["output"]).text if node == "editor" else text


def is_improved(row: Row) -> bool:
    """Whether the edit won, both orders summed (Eq. 4)."""
    points = 0
    for node, responses in _ORDERS.items():
        choice = parse_ruling(row[node]).verdict
        if choice in ("first", "second"):
            points += 1 if responses[choice == "second"] == "editor" else -1
    return points > 0


def evolved(row: Row) -> Row:
    """The row that goes out: with the edit as its output if that won."""
    output = row["editor"] if row["editor"].strip() and is_improved(row) else row["output"]
    return {"instruction": row["instruction"], "input": row["input"], "output": output}


def _task(node: str, row: Row, sample: Row) -> str:
    values = sample | {part: row[name] for part, name in _SOURCES.items() if name in row}
    if node not in _ORDERS:
        return fill(getattr(_PACK.tasks, node), values)
    one, two = _ORDERS[node]
    values |= {"resp_1": row[one], "resp_2": row[two]}
    return fill(_PACK.tasks.judge, values | {"judge_question": _PACK.judge_question.choice})
