"""Prompt packs: a person's own pack is checked before anything is sent."""

from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from prompts.pack import PromptPackError, load_pack
from tests.support.packs import pack_without


def own_pack(tmp_path: Path, old: str = "", new: str = "") -> str:
    text = (files("prompts") / "coevol.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "own.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return str(path)


def test_own_pack_is_loaded(tmp_path: Path) -> None:
    pack = load_pack(own_pack(tmp_path, "You are an optimistic person", "You are a lawyer"))
    assert pack.roles.positive.startswith("You are a lawyer")
    assert pack.hash != load_pack().hash


def test_a_changed_pack_is_loaded_anew(tmp_path: Path) -> None:
    path = own_pack(tmp_path, "You are an optimistic person", "You are a lawyer")
    before = load_pack(path)
    assert load_pack(path) is before
    own_pack(tmp_path, "You are an optimistic person", "You are a nurse")
    assert load_pack(path).roles.positive.startswith("You are a nurse")


def test_runs_of_the_built_in_pack_are_resumed_under_the_hash_that_they_began_with() -> None:
    began_with = "10bf0c1e3503e815ad17419cde423a1fab33873e9dc47fd1a9a28f8dbad8fb68"
    assert load_pack().hash == began_with


def based_pack(tmp_path: Path, **fields: object) -> str:
    path = tmp_path / "based.yaml"
    path.write_text(yaml.safe_dump(fields), "utf-8")
    return str(path)


def test_a_pack_has_from_its_base_what_it_leaves_out(tmp_path: Path) -> None:
    base = load_pack().model_dump()
    pack = load_pack(
        based_pack(tmp_path, base="coevol", name="clinic", roles={"critical": "You are a nurse."})
    )
    assert pack.model_dump() == {
        **base,
        "name": "clinic",
        "description": "",
        "roles": {**base["roles"], "critical": "You are a nurse."},
    }
    assert pack.hash != load_pack().hash


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"base": "coevol"}, "name: Field required"),
        ({"base": "coevol", "name": "x", "role": {}}, "role: Extra inputs"),
        ({"base": "coevol", "name": "x", "roles": {"nurse": "?"}}, "roles.nurse: Extra inputs"),
        ({"base": "coevol", "name": "x", "roles": "nurses"}, "roles: Input should be"),
        (
            {"base": "coevol", "name": "x", "tasks": {"editor": "Edit."}},
            "tasks.editor: missing placeholder {adv_sugg}",
        ),
        ({"base": "based.yaml", "name": "x"}, "base: must be coevol, the built-in pack"),
    ],
)
def test_a_wrong_pack_with_a_base(tmp_path: Path, fields: dict[str, object], message: str) -> None:
    with pytest.raises(PromptPackError) as error:
        load_pack(based_pack(tmp_path, **fields))
    assert message in str(error.value)


def test_verdicts_belong_to_what_decides_the_result(tmp_path: Path) -> None:
    plain = load_pack(based_pack(tmp_path, base="coevol", name="zh")).hash
    verdicts = {"first": ["\u52a9\u624b1"], "second": ["\u52a9\u624b2"]}
    pack = load_pack(based_pack(tmp_path, base="coevol", name="zh", verdicts=verdicts))
    assert pack.hash != plain


@pytest.mark.parametrize(
    ("verdicts", "message"),
    [
        ({"first": ["one"]}, "verdicts.second: Field required"),
        ({"first": ["one"], "second": []}, "verdicts.second: Tuple should have at least 1 item"),
        ({"first": [1], "second": [2]}, "verdicts.first.0: Input should be a valid string"),
        ({"first": "one", "second": "two"}, "verdicts.first: Input should be a valid tuple"),
        ({"first": ["one"], "second": ["two"], "both": []}, "verdicts.both: Extra inputs"),
        ({"first": ["one"], "second": ["\u2026"]}, "verdicts: second: '\u2026' has no letter"),
        (
            {"first": ["One"], "second": ["<one>"]},
            "verdicts: second: '<one>' reads the same as a phrase of first",
        ),
    ],
)
def test_wrong_verdicts_are_one_clear_line(
    tmp_path: Path, verdicts: dict[str, object], message: str
) -> None:
    with pytest.raises(PromptPackError) as error:
        load_pack(based_pack(tmp_path, base="coevol", name="own", verdicts=verdicts))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{crt_pred}", "{crt_prd}", "{crt_prd}; it must have {crt_pred}"),
        ("{adv_sugg}", "", "tasks.editor: missing placeholder {adv_sugg}"),
        ("{instruction}", "", "sample.with_input: missing placeholder {instruction}"),
        ("USER: {content} ", "USER: {q} ", "conversation.user: unknown placeholder {q}"),
        ("{content}</s>", "</s>", "conversation.assistant: missing placeholder {content}"),
        ("conversation:", "conversations:", "conversation: Field required"),
        ("advisor_blind: |-", "advisor_blnd: |-", "ablations.advisor_blind: Field required"),
        ("request below", "{sample}", "ablations.editor_alone: unknown placeholder {sample}"),
        ("advisor: >-", "adviser: >-", "roles.advisor: Field required"),
        ("name: coevol", "nme: coevol", "name: Field required"),
        ("name: coevol", "name: [", "not a YAML text"),
    ],
)
def test_wrong_pack_is_one_clear_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = own_pack(tmp_path, old, new)
    with pytest.raises(PromptPackError) as error:
        load_pack(path)
    assert path in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_pack_may_leave_out_the_ablations(tmp_path: Path) -> None:
    pack = load_pack(pack_without(tmp_path, "ablations"))
    assert pack.tasks == load_pack().tasks
    assert pack.hash != load_pack().hash
    with pytest.raises(PromptPackError, match="has no `ablations`"):
        _ = pack.alone


@pytest.mark.parametrize("name", ["no-such-pack", "./no/such.yaml"])
def test_missing_pack(name: str) -> None:
    with pytest.raises(PromptPackError, match="not found"):
        load_pack(name)


def test_folder_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PromptPackError, match="can't be read"):
        load_pack(f"{tmp_path}/")


def test_a_path_that_the_system_refuses_is_one_clear_line() -> None:
    with pytest.raises(PromptPackError, match="can't be read: File name too long"):
        load_pack(f"{'long' * 100}.yaml")


def test_yaml_that_is_no_pack(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(yaml.safe_dump([1, 2]))
    with pytest.raises(PromptPackError, match=r"list\.yaml"):
        load_pack(str(path))
