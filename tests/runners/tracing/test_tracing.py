"""What LangSmith gets of a run: one tree for each row, named, placed, counted and scored."""

from pathlib import Path
from typing import Any

import pytest

from prompts.pack import load_pack
from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, alpacas, evolved, expected, plain, read_jsonl
from tests.runners.tracing.traced import MODEL, tracing, warnings_in
from tests.support.langsmith_traces import Run
from tests.support.reference import ReferenceResult
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve
from tests.support.thoughts import THOUGHT

ROUND = """
  new_round
  critical_predetermined
    openai:test-model
  positive_predetermined
    openai:test-model
  critical_free
    openai:test-model
  positive_free
    openai:test-model
  advisor
    openai:test-model
  editor
    openai:test-model
  guard
  judge_edited_first
    openai:test-model
  judge_original_first
    openai:test-model
  verdict"""
ROLES = {
    "critical_predetermined": "critical",
    "positive_predetermined": "positive",
    "critical_free": "critical",
    "positive_free": "positive",
    "advisor": "advisor",
    "editor": "editor",
    "judge_edited_first": "judge",
    "judge_original_first": "judge",
}


def of_rounds(count: int) -> tuple[Fields, ReferenceResult]:
    """A row that takes so many rounds, its edits judged, and what Algorithm 1 makes of it."""
    for fields in alpacas(60):
        (result,) = expected([fields])
        if len(result.rounds) == count and fields["output"] and result.stop_reason[:4] != "edit":
            return fields, result
    raise AssertionError("no such row")


def evolve(folder: Path, rows: list[Fields], server: Server, *options: object) -> Path:
    """Evolve rows in a run of their own; no word of a warning."""
    data, run = write_jsonl(folder / "data.jsonl", rows), folder / "run"
    result = coevol("evolve", data, "--out", run, *at(server), *options)
    assert result.code == 0, result.err
    assert warnings_in(result.err) == []
    return run


def usage(run: Run) -> dict[str, Any] | None:
    return run.metadata.get("usage_metadata")


def test_the_tree_of_a_row_with_two_rounds(tmp_path: Path) -> None:
    fields, result = of_rounds(2)
    with tracing() as langsmith, serve() as server:
        run = evolve(tmp_path, [*plain(1), fields], server)
        roots = {root.metadata["position"]: root for root in langsmith.traces.roots()}
        root, record = roots[1], read_jsonl(run / "evolutions.jsonl")[1]
        assert len(roots) == 2
        assert sum(len(each.find(MODEL)) for each in roots.values()) == server.answered
    assert list(root.drawn()) == [record["id"], *(ROUND * 2).split("\n")[1:]]
    check_root(root, record, tmp_path)
    assert root.fields["inputs"] == {
        "instruction": fields["instruction"],
        "input": fields.get("input") or "",
        "response": fields["output"],
    }
    assert root.fields["outputs"]["response"] == result.response
    check_places(root)
    check_calls(root, record)


def check_root(root: Run, record: dict[str, Any], folder: Path) -> None:
    assert root.tags == ["framework:coevol"]
    told = {name: value for name, value in root.metadata.items() if not name.startswith("ls_")}
    told.pop("revision_id", None)  # the working directory's, if it is a git repository
    assert told == {
        "dataset": str(folder / "data.jsonl"),
        "run_folder": str(folder / "run"),
        "model": MODEL,
        "max_rounds": 3,
        "prompt_pack": "coevol",
        "prompt_pack_sha256": load_pack().hash,
        "coevol": "0.1.0",
        "trace_sample": 1.0,
        "sample_id": record["id"],
        "position": 1,
    }
    outputs = dict(root.fields["outputs"])
    assert outputs.pop("order_agreement") == agreement(record)
    habits = [outputs.pop(name) for name in ("flip_share", "first_place_share", "tie_share")]
    assert all(0 <= each <= 1 for each in habits)
    assert outputs == {
        "response": record["response"],
        "stop_reason": record["stop_reason"],
        "accepted_rounds": 1,
        "verdicts_read": 1,
        "length_ratio": len(record["response"]) / len(record["original_response"]),
    }


def agreement(record: dict[str, Any]) -> float:
    verdicts = [[each["verdict"] for each in r["judgements"].values()] for r in record["rounds"]]
    return sum(one == two for one, two in verdicts) / len(verdicts)


def check_places(root: Run) -> None:
    """Every run below the root says its round, and those of agents their role."""
    k = 0
    for node in root.children:
        k += node.name == "new_round"
        role = ROLES.get(node.name)
        for run in (node, *node.children):
            assert run.metadata["k"] == k
            assert run.metadata.get("role") == role
            assert run.metadata["sample_id"] == root.name
            places = ["framework:coevol", *([f"role:{role}"] if role else []), f"round:{k}"]
            assert run.tags == sorted(places)
            assert "rounds" not in run.fields["inputs"].keys() | run.fields["outputs"].keys()
        assert "output" not in node.fields["outputs"]  # what it has changed, by its names


def check_calls(root: Run, record: dict[str, Any]) -> None:
    """Every call has its prompt, its answer, its model and its tokens."""
    calls = root.find(MODEL)
    for call in calls:
        assert call.fields["run_type"] == "llm"
        assert call.metadata["ls_provider"] == "openai"
        assert call.metadata["ls_model_name"] == "test-model"
        assert call.metadata["from_journal"] is False
        assert call.fields["inputs"]["messages"][0][0]["kwargs"]["content"]
    tokens = [usage(call) or {} for call in calls]
    assert sum(each["input_tokens"] for each in tokens) == record["usage"]["input_tokens"]
    assert sum(each["output_tokens"] for each in tokens) == record["usage"]["output_tokens"]
    first = root.find("editor")[0].children[0]
    answer = first.fields["outputs"]["generations"][0][0]["text"]
    assert answer == record["rounds"][0]["edit"]["text"]


def test_a_row_is_scored(tmp_path: Path) -> None:
    with tracing() as langsmith, serve() as server:
        run = evolve(tmp_path, alpacas(12), server)
        (project,) = langsmith.named("tests")
        roots = langsmith.traces.roots()
        assert {each["session_id"] for each in langsmith.traces.feedback} == {project["id"]}
        assert {root.fields["session_name"] for root in roots} == {"tests"} == {project["name"]}
        scores = {root.name: langsmith.traces.scores(root) for root in roots}
    for record in read_jsonl(run / "evolutions.jsonl"):
        accepted = sum(each["outcome"] == "improved" for each in record["rounds"])
        before, after = len(record["original_response"]), len(record["response"])
        assert scores[record["id"]].get("accepted_rounds") == accepted
        ratio = pytest.approx(after / before, abs=1e-4) if before else None
        assert scores[record["id"]].get("length_ratio") == ratio
        assert scores[record["id"]].get("verdicts_read") == verdicts_read(record)


def verdicts_read(record: dict[str, Any]) -> Any:
    verdicts = [j["verdict"] for r in record["rounds"] for j in r["judgements"].values()]
    if not verdicts:
        return None
    return pytest.approx(1 - verdicts.count("unparsable") / len(verdicts), abs=1e-4)


def test_answers_from_the_journal_are_marked_and_not_paid_again(tmp_path: Path) -> None:
    rows = [of_rounds(2)[0]]
    with tracing() as langsmith, serve() as server:
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            evolve(folder, rows, server, "--cache", tmp_path / "answers.db")
        first, second = (root.find(MODEL) for root in langsmith.traces.roots())
        assert server.answered == len(first) == len(second)
    assert {call.metadata["from_journal"] for call in first} == {False}
    assert {call.metadata["from_journal"] for call in second} == {True}
    assert [usage(call) for call in second] == [None] * len(second)
    assert "usage_metadata" not in str([call.fields["outputs"] for call in second])


def test_equal_rows_are_evolved_and_traced_once(tmp_path: Path) -> None:
    with tracing() as langsmith, serve(ServerOptions(latency=0.02)) as server:
        evolve(tmp_path, plain(1) * 3, server)
        (root,) = langsmith.traces.roots()
        assert len(list(filter(usage, root.find(MODEL)))) == server.answered == 8


def test_a_failed_row_has_its_error_and_no_scores(tmp_path: Path) -> None:
    rows = [*plain(2), {"instruction": "Say xylograph now.", "input": "", "output": "no"}]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    with tracing() as langsmith, serve(ServerOptions(poison="xylograph")) as server:
        options = ["--attempts", 1, *at(server)]
        assert coevol("evolve", data, "--out", tmp_path / "run", *options).code == 3
        roots = {root.metadata["position"]: root for root in langsmith.traces.roots()}
        assert "CallError" in (roots[2].error or "")
        assert langsmith.traces.scores(roots[2]) == {}
        assert (roots[0].error, roots[1].error) == (None, None)


def test_a_conversation_is_a_tree_of_its_turns(tmp_path: Path) -> None:
    said = ["What is a tide clock?", "A clock", "Does it work in every sea?", "no"]
    speakers = ["human", "gpt"] * 2
    turns = [{"from": who, "value": text} for who, text in zip(speakers, said, strict=True)]
    with tracing() as langsmith, serve() as server:
        run = evolve(tmp_path, [{"conversations": turns}], server)
        (root,) = langsmith.traces.roots()
        scores = langsmith.traces.scores(root)
    (record,) = read_jsonl(run / "evolutions.jsonl")
    assert [each["content"] for each in root.fields["inputs"]["messages"]] == said
    told = [(each["index"], each["response"]) for each in root.fields["outputs"]["turns"]]
    assert told == [(turn["index"], turn["response"]) for turn in record["turns"]]
    assert len(root.find("verdict")) == sum(len(turn["rounds"]) for turn in record["turns"])
    assert [run.metadata["k"] for run in root.find("new_round")] == [
        each["k"] for turn in record["turns"] for each in turn["rounds"]
    ]
    assert scores["accepted_rounds"] == sum(
        each["outcome"] == "improved" for turn in record["turns"] for each in turn["rounds"]
    )


def test_a_sample_of_the_rows_is_the_same_at_each_start(tmp_path: Path) -> None:
    names: dict[str, set[str]] = {}
    for share in ("0.2", "0.5", "by variable"):
        folder = tmp_path / share
        folder.mkdir()
        by_variable = share == "by variable"
        variables = {"LANGSMITH_TRACING_SAMPLING_RATE": "0.2"} if by_variable else {}
        options = [] if by_variable else ["--trace-sample", share]
        with tracing(variables) as langsmith, serve() as server:
            run = evolve(folder, plain(30), server, *options)
            names[share] = {root.name for root in langsmith.traces.roots()}
        assert read_jsonl(run / "evolved.jsonl") == evolved(plain(30))
    assert 0 < len(names["0.2"]) < len(names["0.5"]) < 30
    assert names["by variable"] == names["0.2"] < names["0.5"]


@pytest.mark.parametrize("share", ["-0.1", "1.5", "some"])
def test_no_share_of_rows(tmp_path: Path, share: str) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", "--trace-sample", share)
    assert result.code == 2
    assert "--trace-sample" in result.err


def test_texts_are_hidden_on_request(tmp_path: Path) -> None:
    hidden = {"LANGSMITH_HIDE_INPUTS": "true", "LANGSMITH_HIDE_OUTPUTS": "true"}
    with tracing(hidden) as langsmith, serve() as server:
        run = evolve(tmp_path, plain(2, "secretive heron"), server)
        assert len(langsmith.traces.roots()) == 2
        sent = b"".join(langsmith.bodies).decode()
    record = read_jsonl(run / "evolutions.jsonl")[0]
    assert record["id"] in sent
    assert "secretive heron" not in sent
    assert record["rounds"][0]["suggestions"]["text"][:30] not in sent


def test_thinking_is_in_the_trace(tmp_path: Path) -> None:
    with tracing() as langsmith, serve(ServerOptions(thinking="reasoning")) as server:
        evolve(tmp_path, plain(1), server)
        (root,) = langsmith.traces.roots()
    thought = THOUGHT.partition("\n")[0]
    for node in ROLES:
        for agent in root.find(node):
            (call,) = agent.find(MODEL)
            assert thought in str(call.fields["outputs"])
            assert thought in str(agent.fields["outputs"])
            assert thought not in str(call.fields["inputs"])


def test_an_endpoint_without_zstd(tmp_path: Path) -> None:
    with tracing(zstd=False) as langsmith, serve() as server:
        evolve(tmp_path, plain(3), server)
        assert len(langsmith.traces.roots()) == 3
        assert sum(len(root.find(MODEL)) for root in langsmith.traces.roots()) == server.answered


def test_another_run_makes_the_project_at_the_same_moment(tmp_path: Path) -> None:
    with tracing() as langsmith, serve() as server:
        langsmith.store.is_overtaken = True
        evolve(tmp_path, plain(3), server)
        assert len(langsmith.traces.roots()) == 3


def test_without_the_switch_langsmith_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_client(*_: object, **__: object) -> None:
        raise AssertionError("a client was made")

    monkeypatch.setattr("langsmith.Client.__init__", no_client)
    with tracing({"LANGSMITH_TRACING": "false"}) as langsmith, serve() as server:
        evolve(tmp_path, plain(2), server)
        assert langsmith.calls == []


def test_a_pilot_is_not_traced(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(4))
    with tracing() as langsmith, serve() as server:
        assert coevol("estimate", data, "--pilot", 2, *at(server)).code == 0
        assert langsmith.calls == []


def test_what_is_sent_stands_by_itself(tmp_path: Path) -> None:
    """Half a character that a model cut off, an empty response, marks of all kinds."""
    rows = [
        {"instruction": "<script>alert(1)</script> 🏔 \u2028", "input": "", "output": ""},
        {"instruction": 'a "trace_id":"x" \x00', "input": "", "output": "x" * 200_000},
    ]
    with tracing() as langsmith, serve() as server:
        run = evolve(tmp_path, rows, server)
        asked = [root.fields["inputs"]["instruction"] for root in langsmith.traces.roots()]
    assert sorted(asked) == sorted(row["instruction"] for row in rows)
    assert len(read_jsonl(run / "evolved.jsonl")) == 2
