"""A panel of judges: all asked in both orders, points added up, each one's habits told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.runners.commands import assert_one_line, at, coevol, repeated
from tests.runners.datasets import evolved, plain, read_jsonl
from tests.support.options import ServerOptions
from tests.support.rows import write_jsonl
from tests.support.server import Server, serve

MODELS = ("test-model", "places-7b", "fence-sitter")
JUDGES = [part for each in MODELS for part in ("--judge-model", f"openai:{each}")]
ORDERS = ("judge_original_first", "judge_edited_first")
SEATS = ("", "_2", "_3")
BIASED = ServerOptions(
    models=MODELS, judgements=(("places-7b", "<assistant 1>"), ("fence-sitter", "<equal>"))
)
"""One judge of its own mind, one that looks at places, one that can't decide."""
ALIKE = ServerOptions(models=MODELS)
ROWS = plain(12)


def summary_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "summary.json").read_text())


def rounds_of(run: Path) -> list[dict[str, Any]]:
    """The rounds that were judged: no guard has refused their edits."""
    rounds = [each for row in read_jsonl(run / "evolutions.jsonl") for each in row["rounds"]]
    return [each for each in rounds if each["judgements"]]


def judged_by(server: Server, model: str) -> int:
    return sum(
        each.body["model"] == model and "[System]" in str(each.body["messages"])
        for each in server.requests
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that three judges have judged; its stderr is beside it."""
    folder = tmp_path_factory.mktemp("panel")
    data = write_jsonl(folder / "data.jsonl", ROWS)
    judges = [each.replace("openai:", "vllm:") for each in JUDGES]
    with serve(BIASED) as server:
        model = at(server, "vllm:test-model")
        result = coevol("evolve", data, "--out", folder / "run", *model, *judges)
        assert result.code == 0, result.err
        assert repeated(server) == 0
    (folder / "err").write_text(result.err)
    return folder / "run"


def test_each_judges_both_orders_and_the_points_are_added_up(run: Path) -> None:
    for each in rounds_of(run):
        assert set(each["judgements"]) == {order + seat for order in ORDERS for seat in SEATS}
        for score in ("original_score", "edited_score"):
            assert each[score] == sum(said[score] for said in each["judgements"].values())
        assert each["judgements"]["judge_original_first_2"]["text"] == "<assistant 1>"
    # Neither of the others changes who is ahead.
    assert read_jsonl(run / "evolved.jsonl") == evolved(ROWS)
    kept = (run / "run.yaml").read_text()
    assert "judge_model:\n    - vllm:test-model\n    - vllm:places-7b\n" in kept


def test_the_summary_tells_each_judges_verdicts_and_habits(run: Path) -> None:
    panel = summary_of(run)["panel"]
    rounds = len(rounds_of(run))
    mind, places, fence = panel["judges"]
    assert [each["model"] for each in panel["judges"]] == [f"vllm:{each}" for each in MODELS]
    assert places["verdicts"] == {"original": rounds, "edited": rounds}
    assert (places["first_place_share"], places["flip_share"]) == (1, 1)
    assert fence["verdicts"] == {"tie": 2 * rounds}
    assert fence["longer_share"] is None
    assert mind["longer_share"] > 0.5  # the loopback judge likes length
    assert sum(mind["verdicts"].values()) == 2 * rounds
    assert len(panel["agreement"]) == 3
    agreed = {tuple(each["judges"]): each for each in panel["agreement"]}
    both = agreed["vllm:places-7b", "vllm:fence-sitter"]
    assert (both["agreement"], both["kappa"]) == (0, 0)
    roles = {each["role"]: each["answered"] for each in summary_of(run)["calls_by_role"]}
    assert roles["judge_2"] == roles["judge_3"] == roles["judge"]


def test_the_panels_own_place_is_that_of_its_judges(run: Path) -> None:
    """Not that of the sum, which the judge who looks at places tips wherever the others tie."""
    summary = summary_of(run)
    mind, places, _ = summary["panel"]["judges"]
    named = [each["verdicts"]["original"] + each["verdicts"]["edited"] for each in (mind, places)]
    firsts = mind["first_place_share"] * named[0] + places["first_place_share"] * named[1]
    assert summary["judge"]["first_place_share"] == pytest.approx(firsts / sum(named))


def test_the_closing_lines_tell_them_too(run: Path) -> None:
    said = (run.parent / "err").read_text()
    rounds = len(rounds_of(run))
    places = f"judge vllm:places-7b: edited {rounds}, original {rounds}; first place wins 100%"
    assert f"\n{places}, the longer one " in said
    fence = "vllm:places-7b and vllm:fence-sitter agree in 0%"
    assert f"\n{fence} of {2 * rounds} judgements (kappa 0.00)\n" in said
    unread = "the judge named Assistant 1 in 100% of its verdicts, whatever stood there"
    assert f"\njudge vllm:places-7b: over {rounds} rounds, {unread}" in said
    assert "\njudge vllm:test-model: over" not in said
    family = "judge vllm:test-model: of the same family as the editor vllm:test-model (test)"
    assert said.count("of the same family") == 1
    assert family in said


def test_a_stopped_panel_goes_on_and_pays_nothing_twice(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    with serve(BIASED) as server:
        start = ["evolve", data, *at(server), *JUDGES]
        assert coevol(*start, "--out", tmp_path / "whole").code == 0
        whole = server.answered
        limited = coevol(*start, "--out", tmp_path / "run", "--max-tokens-total", 9_000)
        assert limited.code == 4
        assert whole < server.answered < 2 * whole
        resumed = coevol("resume", tmp_path / "run")
        assert resumed.code == 0, resumed.err
        assert server.answered == 2 * whole
    one, other = (tmp_path / each / "evolutions.jsonl" for each in ("whole", "run"))
    assert read_jsonl(one) == read_jsonl(other)


def test_economy_asks_no_judge_who_can_change_nothing(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    calls: dict[str, int] = {}
    for name, option in (("all", []), ("few", ["--economy"])):
        with serve(ALIKE) as server:
            start = ["evolve", data, "--out", tmp_path / name, *at(server), *JUDGES, *option]
            assert coevol(*start).code == 0
            calls[name] = sum(judged_by(server, model) for model in MODELS)
    rounds = rounds_of(tmp_path / "few")
    assert calls["few"] < calls["all"] == 6 * len(rounds)
    # Three alike are ahead for good after four wins, and behind for good after three losses.
    told = {
        (each["outcome"], len(each["judgements"]))
        for each in rounds
        if {said["verdict"] for said in each["judgements"].values()} in ({"edited"}, {"original"})
    }
    assert told == {("improved", 4), ("not_improved", 3)}
    one, other = (read_jsonl(tmp_path / each / "evolved.jsonl") for each in ("all", "few"))
    assert one == other == evolved(ROWS)


def test_economy_hides_no_judge_that_always_names_the_first(tmp_path: Path) -> None:
    """The last one is asked in one order, where the others have decided in the second."""
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(20)), tmp_path / "run"
    models = ("test-model", "fence-sitter", "places-7b")
    judges = [f"--judge-model=openai:{each}" for each in models]
    options = ServerOptions(models=MODELS, judgements=(("places-7b", "<assistant 1>"),))
    with serve(options) as server:
        start = ["evolve", data, "--out", run, *at(server), *judges, "--economy", "--rounds", 1]
        result = coevol(*start)
    assert result.code == 0, result.err
    *others, places = summary_of(run)["panel"]["judges"]
    assert [each["warning"] for each in others] == [None, None]
    judged = len(rounds_of(run))
    twice, once = places["rounds"], places["decided_once"]
    assert (twice + once, twice < once) == (judged, True)
    told = (
        f"the judge named Assistant 1 wherever it was asked in 100% of {judged} rounds (in {once} "
        "of them --economy asked for one order alone, with the original there: it may be right, "
        "or go by the place): try coevol calibrate, or some rows without --economy\n"
    )
    assert f"\njudge openai:places-7b: over {twice} rounds, " in result.err
    assert told in result.err


def test_a_panel_of_probabilities(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    with serve(ALIKE) as server:
        start = ["evolve", data, *at(server), "--judge-mode", "probability"]
        assert coevol(*start, "--out", tmp_path / "one").code == 0
        assert coevol(*start, "--out", tmp_path / "three", *JUDGES).code == 0
    one, three = (rounds_of(tmp_path / name) for name in ("one", "three"))
    for alone, panel in zip(one, three, strict=True):
        assert panel["edited_score"] == pytest.approx(3 * alone["edited_score"])
        assert panel["outcome"] == alone["outcome"]


def test_one_judge_of_a_panel_can_be_called_otherwise(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(2))
    with serve(ALIKE) as server:
        start = ["evolve", data, "--out", tmp_path / "run", *at(server), *JUDGES]
        own = ("--set", "judge.temperature=0.5", "--set", "judge_2.temperature=0.7")
        assert coevol(*start, *own).code == 0
        heat = {
            each.body["model"]: each.body["temperature"]
            for each in server.requests
            if "[System]" in str(each.body["messages"])
        }
    assert heat == {"test-model": 0.5, "places-7b": 0.7, "fence-sitter": 0.5}


def test_a_panel_compares_too(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with serve(BIASED) as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
        address = ("--base-url", server.base_url)
        for name, judges in (("one", JUDGES[:2]), ("three", JUDGES)):
            result = coevol("compare", run, *judges, *address, "--out", tmp_path / f"{name}.json")
            assert result.code == 0, result.err
    one, three = (json.loads((tmp_path / f"{each}.json").read_text()) for each in ("one", "three"))
    for same in ("wins", "ties", "losses"):
        assert one[same] == three[same]
    assert three["judge"] == ", ".join(f"openai:{each}" for each in MODELS)


@pytest.mark.parametrize("given", [["openai:a", "openai:a"], [f"openai:{n}" for n in range(10)]])
def test_a_panel_that_is_none_is_refused(tmp_path: Path, given: list[str]) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    judges = [part for each in given for part in ("--judge-model", each)]
    refused = coevol("evolve", data, "--out", tmp_path / "run", *judges, "--quiet")
    assert refused.code == 2
    assert_one_line(refused.err, "--judge-model", "up to 9 judges, each another model")


def test_the_report_shows_each_judge_and_their_agreement(run: Path, tmp_path: Path) -> None:
    made = coevol("report", run, "--out", tmp_path / "report")
    assert made.code == 0, made.err
    panel = (tmp_path / "report/tables/panel.csv").read_text().splitlines()
    rounds = len(rounds_of(run))
    assert panel[2].startswith(f"run,vllm:places-7b,{rounds},0,{rounds},0,0,1.0,1.0,")
    agreement = (tmp_path / "report/tables/agreement.csv").read_text().splitlines()
    assert f"run,vllm:places-7b,vllm:fence-sitter,{2 * rounds},0.0,0.0" in agreement
    page = (tmp_path / "report/report.html").read_text().replace("&#39;", "'")
    assert page.index("Each judge of the panel") < page.index("How far each two agree")
    biased = "Judge vllm:places-7b: over"
    family = "Judge vllm:test-model: of the same family as the editor vllm:test-model (test)"
    assert all(page.index(each) < page.index("Finished rows") for each in (biased, family))
