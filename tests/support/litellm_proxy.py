"""LiteLLM's proxy (a gateway) as a real process, in front of another server.

    with serve_litellm({"name": "openai/smollm2"}, "http://127.0.0.1:8080/v1", folder) as base_url:
        ...

`make test-servers` installs it, in an environment of its own.
"""

import json
import os
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.ports import HOST, free_port

KEY = "sk-gateway"
"""The key that it takes."""
_COMMAND = Path(__file__).parents[2] / ".venv-servers/bin/litellm"
_PATIENCE = 300.0
"""Seconds: on two busy cores it takes a minute to come up."""


@contextmanager
def serve_litellm(models: Mapping[str, str], behind: str, folder: Path) -> Generator[str]:
    """Serve models by name, each as LiteLLM's `PROVIDER/NAME` and called at the address `behind`.

    Gives the base URL. What it says is in `folder`.
    """
    assert _COMMAND.exists(), "no LiteLLM: make test-servers"
    params = {"api_base": behind, "api_key": "none"}
    listed = [
        {"model_name": name, "litellm_params": {"model": model, **params}}
        for name, model in models.items()
    ]
    config, log, port = folder / "litellm.yaml", folder / "litellm.log", free_port()
    config.write_text(
        json.dumps({"model_list": listed, "general_settings": {"master_key": KEY}}), "utf-8"
    )
    place = ("--host", HOST, "--port", str(port), "--telemetry", "False")
    with log.open("w") as out:
        process = subprocess.Popen(
            [_COMMAND, "--config", config, *place],
            stdout=out,
            stderr=out,
            env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},  # else it asks the network
        )
    try:
        address = f"http://{HOST}:{port}"
        _wait_for(f"{address}/health/liveliness", process, log)
        yield f"{address}/v1"
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(f"LiteLLM does not serve: {log.read_text()}")
