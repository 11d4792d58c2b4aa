"""`coevol langsmith push` and `evaluate`: datasets and experiments, through the real client."""

from collections.abc import Generator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from tests.runners.commands import Result, assert_one_line, at, coevol
from tests.runners.datasets import Fields, alpacas, evolved, expected, plain, read_jsonl
from tests.runners.tracing.traced import MODEL, environment, tracing
from tests.support.langsmith_server import LangSmith, serve_langsmith
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve

ROWS = alpacas(60)
NOT_TRACED = {"LANGSMITH_TRACING": "false"}


@pytest.fixture
def langsmith() -> Generator[LangSmith]:
    """A LangSmith to push to; tracing is off."""
    with tracing(NOT_TRACED) as langsmith:
        yield langsmith


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of ROWS."""
    folder = tmp_path_factory.mktemp("finished")
    with serve() as server, environment({"OPENAI_API_KEY": "some-key"}):
        data = write_jsonl(folder / "data.jsonl", ROWS)
        assert coevol("evolve", data, "--out", folder / "run", *at(server)).code == 0
    return folder / "run"


def push(run: Path, *options: object) -> str:
    result = coevol("langsmith", "push", run, *options)
    assert (result.code, result.err) == (0, "")
    return result.out


def written(langsmith: LangSmith) -> list[tuple[str, str]]:
    return [call for call in langsmith.calls if call[0] != "GET"]


def test_a_run_becomes_a_dataset_once(langsmith: LangSmith, finished: Path) -> None:
    assert push(finished) == "dataset run: 60 examples created, 0 updated, 0 unchanged\n"
    (dataset,) = langsmith.datasets.values()
    assert dataset["name"] == "run"
    examples = list(langsmith.examples.values())
    for fields, after, example in zip(ROWS, evolved(ROWS), examples, strict=True):
        assert example["dataset_id"] == dataset["id"]
        assert example["inputs"] == {
            "instruction": fields["instruction"],
            "input": fields.get("input") or "",
            "response": fields["output"],
        }
        assert example["outputs"] == {"response": after["output"]}
    assert [example["metadata"]["position"] for example in examples] == list(range(60))
    before, calls = dict(langsmith.examples), len(written(langsmith))
    assert push(finished) == "dataset run: 0 examples created, 0 updated, 60 unchanged\n"
    assert langsmith.examples == before
    assert len(written(langsmith)) == calls, "the second push must write nothing"


def test_another_dataset_has_examples_of_its_own(langsmith: LangSmith, finished: Path) -> None:
    push(finished)
    said = push(finished, "--dataset", "other one")
    assert said == "dataset other one: 60 examples created, 0 updated, 0 unchanged\n"
    assert len(langsmith.examples) == 120


def test_what_has_changed_is_updated(langsmith: LangSmith, tmp_path: Path) -> None:
    rows = plain(12)
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    with serve() as server:
        for rounds in (1, 3):
            run = tmp_path / str(rounds)
            settings = ["--rounds", rounds, *at(server)]
            assert coevol("evolve", data, "--out", run, *settings).code == 0
    one, three = evolved(rows, 1), evolved(rows, 3)
    further = sum(
        (a.response, a.stop_reason) != (b.response, b.stop_reason)
        for a, b in zip(expected(rows, 1), expected(rows, 3), strict=True)
    )
    assert 0 < further < 12
    push(tmp_path / "1", "--dataset", "rows")
    outputs = [each["outputs"]["response"] for each in langsmith.examples.values()]
    assert outputs == [row["output"] for row in one]
    said = push(tmp_path / "3", "--dataset", "rows")
    assert f"0 examples created, {further} updated, {12 - further} unchanged" in said
    outputs = [each["outputs"]["response"] for each in langsmith.examples.values()]
    assert outputs == [row["output"] for row in three]


def test_rows_without_a_result_are_left_out(langsmith: LangSmith, tmp_path: Path) -> None:
    rows = [*plain(2), {"instruction": "Say xylograph now.", "input": "", "output": "no"}]
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    with serve(ServerOptions(poison="xylograph")) as server:
        options = ["--attempts", 1, *at(server)]
        assert coevol("evolve", data, "--out", tmp_path / "run", *options).code == 3
    said = push(tmp_path / "run")
    assert "2 examples created" in said
    assert "1 row left out: failed or not finished" in said
    assert "xylograph" not in str(langsmith.examples)


def test_conversations_are_pushed_as_messages(langsmith: LangSmith, tmp_path: Path) -> None:
    said = ["What is a tide clock?", "A clock", "Does it work in every sea?", "no"]
    rows = [
        [
            {
                "role": ("user", "assistant")[place % 2],
                "content": f"{text} ({number})",
                "weight": place,
            }
            for place, text in enumerate(said)
        ]
        for number in range(5)
    ]
    data = write_jsonl(tmp_path / "data.jsonl", [{"messages": row} for row in rows])
    with serve() as server:
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server)).code == 0
    push(tmp_path / "run")
    examples, after = langsmith.examples.values(), read_jsonl(tmp_path / "run" / "evolved.jsonl")
    assert [each["inputs"] for each in examples] == [{"messages": row} for row in rows]
    assert [each["outputs"] for each in examples] == after != [{"messages": row} for row in rows]


def test_no_run_to_push(langsmith: LangSmith, tmp_path: Path) -> None:
    result = coevol("langsmith", "push", tmp_path / "nowhere")
    assert result.code == 2
    assert_one_line(result.err, "nowhere", "no run in this folder")
    assert not (tmp_path / "nowhere").exists()
    assert langsmith.calls == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"LANGSMITH_API_KEY": "", "LANGSMITH_ENDPOINT": ""}, "LANGSMITH_API_KEY is not set"),
        ({"LANGSMITH_API_KEY": "lsv2_pt_wrong_key"}, "HTTP 403; see LANGSMITH_ENDPOINT"),
    ],
)
@pytest.mark.parametrize("command", ["push", "evaluate"])
def test_no_way_in(finished: Path, command: str, variables: dict[str, str], words: str) -> None:
    what = finished if command == "push" else "rows"
    with tracing(NOT_TRACED | variables) as langsmith:
        result = coevol("langsmith", command, what)
        assert not langsmith.datasets
    assert result.code == 2
    assert_one_line(result.err, "LangSmith: ", words)
    assert "wrong_key" not in result.err


@pytest.mark.parametrize("command", ["push", "evaluate"])
def test_nobody_there(finished: Path, command: str) -> None:
    with serve_langsmith(fault="refused") as langsmith, environment(langsmith.variables):
        result = coevol("langsmith", command, finished if command == "push" else "rows")
    assert result.code == 2
    assert_one_line(result.err, "LangSmith: no connection", "LANGSMITH_ENDPOINT")


def evaluate(dataset: str, *options: object) -> Result:
    return coevol("langsmith", "evaluate", dataset, *options)


def test_an_experiment_is_run_and_scored(langsmith: LangSmith, finished: Path) -> None:
    push(finished, "--dataset", "rows")
    with serve() as server:
        result = evaluate("rows", "--limit", 10, "--rounds", 2, *at(server))
        assert result.code == 0, result.err
        assert "10 examples" in result.err.splitlines()[0]
        assert server.peak_in_flight <= 32
    (experiment,) = langsmith.named("coevol-")
    (dataset,) = langsmith.datasets.values()
    assert experiment["reference_dataset_id"] == dataset["id"]
    assert experiment["extra"]["metadata"]["model"] == MODEL
    assert experiment["extra"]["metadata"]["max_rounds"] == 2
    oracle = expected(ROWS, 2)[:10]
    roots = check_runs(langsmith, experiment["name"], [each.response for each in oracle])
    accepted = [sum(played.advanced for played in each.rounds) for each in oracle]
    scores = [langsmith.traces.scores(root) for root in roots]
    assert sorted(each["accepted_rounds"] for each in scores) == sorted(accepted)
    assert f"experiment {experiment['name']}: 10 examples, 0 failed" in result.out
    assert f"mean accepted_rounds: {mean(accepted):.3f}" in result.out
    assert str(dataset["id"]) in result.out.splitlines()[-1]
    for key in ("order_agreement", "verdicts_read", "flip_share", "tie_share", "length_ratio"):
        told = [each[key] for each in scores if key in each]
        assert f"mean {key}: {mean(told):.3f}" in result.out


def check_runs(langsmith: LangSmith, project: str, responses: list[str]) -> list[Any]:
    """The experiment's runs: one an example, with its outcome, the graph's tree below it."""
    roots = [r for r in langsmith.traces.roots() if r.fields["session_name"] == project]
    examples = langsmith.examples
    assert len({root.fields["reference_example_id"] for root in roots}) == len(responses)
    assert sorted(root.fields["outputs"]["response"] for root in roots) == sorted(responses)
    for root in roots:
        example = examples[root.fields["reference_example_id"]]
        (tree,) = root.children
        assert tree.name == example["metadata"]["row_id"]
        assert tree.find("editor")[0].metadata["k"] == 1
        assert tree.fields["inputs"]["instruction"] == example["inputs"]["instruction"]
    return roots


def add_dataset(langsmith: LangSmith, name: str, inputs: list[Fields]) -> None:
    """A dataset that somebody else has made."""
    id_, when = f"00000000-0000-4000-8000-{len(name):012}", "2026-01-01T00:00:00+00:00"
    langsmith.datasets[id_] = {"id": id_, "name": name, "created_at": when}
    for place, each in enumerate(inputs):
        example = f"00000000-0000-4000-9000-{place:012}"
        fields = {"id": example, "dataset_id": id_, "created_at": when, "modified_at": when}
        langsmith.examples[example] = {**fields, "inputs": each, "outputs": None, "metadata": None}


def test_datasets_of_others(langsmith: LangSmith) -> None:
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "because"}]
    add_dataset(langsmith, "mixed", [{"instruction": "Name a sea."}, {"messages": turns}])
    with serve() as server:
        result = evaluate("mixed", "--experiment", "mine", *at(server))
    assert result.code == 0, result.err
    assert "2 examples, 0 failed" in result.out
    assert len(langsmith.named("mine-")) == 1


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([{"question": "Why?"}], ["instruction", "Field required", "inputs are instruction"]),
        ([{"instruction": "A", "mood": 1}], ["mood", "Extra inputs"]),
        ([{"messages": [{"content": "no role"}]}], ["messages", "has no role"]),
        ([], ["dataset theirs has no examples"]),
        (None, ["Dataset theirs not found"]),
    ],
)
def test_no_such_dataset(
    langsmith: LangSmith, inputs: list[Fields] | None, words: list[str]
) -> None:
    if inputs is not None:
        add_dataset(langsmith, "theirs", inputs)
    with serve() as server:
        result = evaluate("theirs", *at(server))
        assert not server.requests
    assert result.code == 2
    assert_one_line(result.err, *words)
    assert langsmith.named("coevol-") == []


def test_an_example_that_fails_is_an_error_of_the_experiment(langsmith: LangSmith) -> None:
    tasks = ["Name a sea.", "Say xylograph now."]
    add_dataset(langsmith, "rows", [{"instruction": task} for task in tasks])
    with serve(ServerOptions(poison="xylograph")) as server:
        result = evaluate("rows", "--attempts", 1, *at(server))
    assert result.code == 3, result.err
    assert "2 examples, 1 failed" in result.out
    failed = [root for root in langsmith.traces.roots() if root.error]
    assert [root.fields["inputs"]["instruction"] for root in failed] == tasks[1:]


def test_a_key_of_the_model_that_is_refused_ends_the_experiment(langsmith: LangSmith) -> None:
    add_dataset(langsmith, "rows", [{"instruction": f"Name sea {n}."} for n in range(5)])
    with serve(ServerOptions(api_key="another")) as server:
        result = evaluate("rows", *at(server))
        assert server.answered == 0
    assert result.code == 2
    assert "Incorrect API key" in result.err.splitlines()[-1]


def test_an_experiment_with_a_cache_is_not_paid_twice(langsmith: LangSmith, tmp_path: Path) -> None:
    add_dataset(langsmith, "rows", [{"instruction": f"Name sea {n}."} for n in range(3)])
    with serve() as server:
        options = ["--cache", tmp_path / "answers.db", *at(server)]
        assert evaluate("rows", *options).code == 0
        answered = server.answered
        assert evaluate("rows", *options).code == 0
        assert server.answered == server.distinct == answered
    assert len(langsmith.named("coevol-")) == 2
