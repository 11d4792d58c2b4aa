"""Exports for trainers: their data, strictly in turn, and the settings of appendix C."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.data.formats import parse_format
from runners.data.rows import Row
from runners.export.dialogue import Unfit
from runners.export.llama_factory import LlamaFactoryTarget
from runners.export.source import Item
from runners.export.trl import TrlTarget
from tests.runners.commands import assert_one_line
from tests.runners.datasets import Fields, read_jsonl
from tests.runners.export.exports import (
    SHORT,
    evolved_rows,
    export,
    exported,
    read_yaml,
    records_of,
    run_of,
    talk,
)

ALPACAS: list[Fields] = [
    {"instruction": "Name colours.", "input": "", "output": SHORT, "tags": [1]},
    {"instruction": "Add these.", "output": "it is 2", "input": "1 and 1", "tags": "x"},
    {"instruction": "Say hello.", "input": "<noinput>", "output": "hello there"},
]
TALKS: list[Fields] = [
    talk("Name colours.", SHORT),
    talk("Hello?", "hi there", "And twice?", "hi hi", system="Be kind."),
]
CALL = {"name": "weather", "arguments": {"place": "Zürich"}}
TOOLS: list[Fields] = [
    {
        "conversations": [
            {"from": "human", "value": "Is it warm?"},
            {"from": "function_call", "value": json.dumps(CALL)},
            {"from": "observation", "value": "21"},
            {"from": "gpt", "value": "yes it is"},
        ],
        "tools": [{"name": "weather"}],
    },
    talk("Name colours.", SHORT),
]


@pytest.fixture(scope="module")
def alpacas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("alpacas"), ALPACAS)


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("talks"), TALKS)


def ids_of(run: Path) -> list[str]:
    return [record["id"] for record in records_of(run)]


def test_llama_factory_takes_alpaca_rows(alpacas: Path) -> None:
    out = exported(alpacas, "llama-factory")
    assert read_jsonl(out / "train.jsonl") == [
        {"instruction": row["instruction"], "input": given, "output": row["output"], "id": id_}
        for row, given, id_ in zip(
            evolved_rows(alpacas), ["", "1 and 1", ""], ids_of(alpacas), strict=True
        )
    ]
    assert json.loads((out / "dataset_info.json").read_text()) == {
        "coevol": {
            "file_name": "train.jsonl",
            "formatting": "alpaca",
            "columns": {"prompt": "instruction", "query": "input", "response": "output"},
        }
    }


def test_llama_factory_takes_conversations_with_the_system_apart(talks: Path) -> None:
    out = exported(talks, "llama-factory")
    rows = read_jsonl(out / "train.jsonl")
    evolved = [row["conversations"] for row in evolved_rows(talks)]
    assert [row["conversations"] for row in rows] == [evolved[0], evolved[1][1:]]
    assert [row["system"] for row in rows] == ["", "Be kind."]
    assert json.loads((out / "dataset_info.json").read_text())["coevol"] == {
        "file_name": "train.jsonl",
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system"},
    }


def test_histories_make_a_conversation_of_every_row(tmp_path: Path) -> None:
    pair = ["Hello?", "Hi."]
    rows: list[Fields] = [
        {"instruction": "Add these.", "input": "1 and 1", "output": "it is 2"},
        {"instruction": "And?", "input": "", "output": "well", "history": [pair]},
        {"instruction": "Nothing?", "input": "", "output": "", "history": []},
    ]
    run = run_of(tmp_path, rows)
    result = export(run, "llama-factory", tmp_path / "out")
    answers = [row["output"] for row in evolved_rows(run)]
    assert [row["conversations"] for row in read_jsonl(tmp_path / "out" / "train.jsonl")] == [
        talk(*texts)["conversations"]
        for texts in (
            ("Add these.\n1 and 1", answers[0]),
            (*pair, "And?", answers[1]),
            ("Nothing?", answers[2]),
        )
    ]
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())["coevol"]
    assert (info["formatting"], info["columns"]) == ("sharegpt", {"messages": "conversations"})
    assert ("empty answers: 1\n" in result.out) == (answers[2] == "")


@pytest.mark.parametrize(
    ("parameters", "properties"),
    [
        (None, {}),
        ({"type": "object"}, {}),
        ({"city": {"type": "string"}}, {"city": {"type": "string"}}),
    ],
)
def test_a_tool_has_the_parameters_that_the_loader_asks_for(
    tmp_path: Path, parameters: Any, properties: Fields
) -> None:
    tool = {"name": "weather", "parameters": parameters}
    rows: list[Fields] = [
        {**TOOLS[0], "tools": [{"type": "function", "function": tool}]},
        {**TOOLS[0], "tools": json.dumps([tool])},
    ]
    out = exported(run_of(tmp_path, rows), "llama-factory")
    whole = {"name": "weather", "parameters": {"type": "object", "properties": properties}}
    wrapped, plain = (json.loads(row["tools"]) for row in read_jsonl(out / "train.jsonl"))
    assert (wrapped, plain) == ([{"type": "function", "function": whole}], [whole])


def test_no_system_is_named_where_there_is_none(tmp_path: Path) -> None:
    out = exported(run_of(tmp_path, TALKS[:1]), "llama-factory")
    (row,) = read_jsonl(out / "train.jsonl")
    assert set(row) == {"conversations", "id"}
    columns = json.loads((out / "dataset_info.json").read_text())["coevol"]["columns"]
    assert columns == {"messages": "conversations"}


def test_llama_factory_takes_tools_and_the_others_tell_that_they_do_not(tmp_path: Path) -> None:
    run = run_of(tmp_path, TOOLS)
    out = exported(run, "llama-factory")
    first, second = read_jsonl(out / "train.jsonl")
    assert [each["from"] for each in first["conversations"]] == [
        "human",
        "function_call",
        "observation",
        "gpt",
    ]
    bare: Fields = {"type": "object", "properties": {}}  # LLaMA-Factory's loader ends without them
    assert json.loads(first["tools"]) == [{"name": "weather", "parameters": bare}]
    assert second["tools"] == ""
    columns = json.loads((out / "dataset_info.json").read_text())["coevol"]["columns"]
    assert columns["tools"] == "tools"
    for to in ("trl", "axolotl"):
        result = export(run, to, tmp_path / to)
        assert "1 row does not fit and is left out: tool calls" in result.out


def test_calls_in_the_way_of_chat_apis(tmp_path: Path) -> None:
    function = {"name": "weather", "arguments": json.dumps(CALL["arguments"])}
    calling: Fields = {"role": "assistant", "content": None, "tool_calls": [{"function": function}]}
    messages = [
        {"role": "user", "content": "Is it warm?"},
        calling,
        {"role": "tool", "content": "21"},
        {"role": "assistant", "content": "yes it is"},
    ]
    worded = [messages[0], {**calling, "content": "Let me see."}, *messages[2:]]
    run = run_of(tmp_path, [{"messages": messages}, {"messages": worded}])
    result = export(run, "llama-factory", tmp_path / "out")
    assert "1 row does not fit and is left out: a message with both words and" in result.out
    (row,) = read_jsonl(tmp_path / "out" / "train.jsonl")
    assert json.loads(row["conversations"][1]["value"]) == [CALL]


@pytest.mark.parametrize("to", ["trl", "axolotl"])
def test_chat_data_has_roles_and_texts_and_nothing_else(
    alpacas: Path, talks: Path, to: str
) -> None:
    rows = read_jsonl(exported(alpacas, to) / "data" / "train.jsonl")
    asked = ["Name colours.", "Add these.\n1 and 1", "Say hello."]
    assert [row["id"] for row in rows] == ids_of(alpacas)
    assert [row["messages"] for row in rows] == [
        [{"role": "user", "content": question}, {"role": "assistant", "content": row["output"]}]
        for question, row in zip(asked, evolved_rows(alpacas), strict=True)
    ]
    said = [each["value"] for each in evolved_rows(talks)[1]["conversations"]]
    (_, row) = read_jsonl(exported(talks, to) / "data" / "train.jsonl")
    assert row["messages"] == [
        {"role": role, "content": text}
        for role, text in zip(
            ["system", "user", "assistant", "user", "assistant"], said, strict=True
        )
    ]


NAMES = {
    "llama-factory": ("train", "cutoff_len", "num_train_epochs", "per_device_train_batch_size"),
    "trl": ("sft", "max_length", "num_train_epochs", "per_device_train_batch_size"),
    "axolotl": ("train", "sequence_len", "num_epochs", "micro_batch_size"),
}


@pytest.mark.parametrize("to", NAMES)
@pytest.mark.parametrize("gpus", [1, 8, 64, 512])
def test_the_settings_are_those_of_the_paper(alpacas: Path, to: str, gpus: int) -> None:
    out = exported(alpacas, to, "--gpus", gpus)
    file, cutoff, epochs, per_device = NAMES[to]
    for name, tokens, times in (("llama2", 4096, 3), ("mistral", 8192, 6)):
        settings = read_yaml(out / f"{file}_{name}.yaml")
        assert (settings[cutoff], settings[epochs]) == (tokens, times)
        assert settings[per_device] * settings["gradient_accumulation_steps"] * gpus == 512
        assert (settings["learning_rate"], settings["bf16"]) == (2e-5, True)
        assert settings.get("lr_scheduler_type", settings.get("lr_scheduler")) == "cosine"
        assert settings.get("warmup_ratio", settings.get("warmup_steps")) == 0.1


def test_llama_factory_trains_all_of_a_model_with_zero_2(alpacas: Path) -> None:
    out = exported(alpacas, "llama-factory")
    settings = read_yaml(out / "train_mistral.yaml")
    assert (settings["stage"], settings["finetuning_type"]) == ("sft", "full")
    assert (settings["template"], settings["dataset"]) == ("mistral", "coevol")
    zero = json.loads((out / settings["deepspeed"]).read_text())
    assert zero["zero_optimization"]["stage"] == 2
    assert "coevol" in json.loads((out / settings["dataset_dir"] / "dataset_info.json").read_text())


def test_axolotl_finds_the_files_it_is_told_of(alpacas: Path) -> None:
    out = exported(alpacas, "axolotl")
    for name in ("llama2", "mistral"):
        settings = read_yaml(out / f"train_{name}.yaml")
        (data,) = settings["datasets"]
        assert (data["type"], settings["chat_template"]) == ("chat_template", "jinja")
        for path in (data["path"], settings["chat_template_jinja"], settings["deepspeed"]):
            assert (out / path).is_file()


def test_trl_finds_the_files_it_is_told_of_and_is_told_how_to_start(
    alpacas: Path, tmp_path: Path
) -> None:
    result = export(alpacas, "trl", tmp_path / "out", "--gpus", "4")
    launch = "trl sft --config sft_llama2.yaml --accelerate_config zero2 --num_processes 4"
    assert launch in result.out
    settings = read_yaml(tmp_path / "out" / "sft_llama2.yaml")
    assert settings["assistant_only_loss"] is True
    data = list((tmp_path / "out" / settings["dataset_name"]).iterdir())
    assert [path.name for path in data] == ["train.jsonl"]
    assert (tmp_path / "out" / settings["chat_template_path"]).is_file()


def test_a_batch_that_does_not_divide_is_refused(alpacas: Path, tmp_path: Path) -> None:
    for to in NAMES:
        result = export(alpacas, to, tmp_path / "out", "--gpus", "12")
        assert result.code == 2
        assert_one_line(result.err, "--gpus 12", "512", "power of two")
        assert not (tmp_path / "out").exists()


roles = st.sampled_from(
    ["human", "gpt", "system", "observation", "function_call", "user", "assistant", "tool", "else"]
)
texts = st.text() | st.just(json.dumps(CALL)) | st.just("[]") | st.just("{")
messages = st.lists(st.fixed_dictionaries({"from": roles, "value": texts}), max_size=8)


@given(messages, st.none() | st.text() | st.integers())
def test_whatever_the_messages_a_trainer_gets_turns_or_nothing(
    said: list[dict[str, Any]], system: object
) -> None:
    format = parse_format("sharegpt")
    fields: Fields = {"conversations": said, "system": system}
    item = Item("id", format, Row("here", fields), None, {})
    for target in (LlamaFactoryTarget(format, 8), TrlTarget(8)):
        try:
            row = target.row(item, notes=Counter())
        except Unfit:
            continue
        turns = row.get("conversations") or [
            {"from": each["role"]} for each in row["messages"] if each["role"] != "system"
        ]
        assert turns
        assert len(turns) % 2 == 0
        for number, turn in enumerate(turns):
            expected = (("human", "observation", "user"), ("gpt", "function_call", "assistant"))
            assert turn["from"] in expected[number % 2]
