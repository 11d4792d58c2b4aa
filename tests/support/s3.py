"""A loopback S3: moto's server in a process of its own, and AWS's client to look into it.

with serve_s3() as s3:
    s3.put("data/rows.jsonl", b"...")  # AWS_ENDPOINT_URL=s3.endpoint
    s3.contents()
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

BUCKET = "tides"
KEY, SECRET = "AKIALOOPBACK", "s3cret/of-loopback+0123456789"
_OPEN = 1_000_000
"""Calls before a valid key is required."""
_PATIENCE = 60.0


class S3:
    """The server, and what is in its one bucket."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._client: Any = import_module("boto3").client("s3", **self._access())
        self._client.create_bucket(Bucket=BUCKET)

    def _access(self) -> dict[str, str]:
        return {
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
        }

    @property
    def environment(self) -> dict[str, str]:
        """What leads the AWS libraries here."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def put(self, key: str, body: bytes) -> str:
        """Write an object; gives its URL."""
        self._client.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def upload(self, folder: Path, prefix: str) -> str:
        """Write a folder's files; gives the URL of the folder that they are in."""
        for path in folder.iterdir():
            self.put(f"{prefix}/{path.name}", path.read_bytes())
        return f"s3://{BUCKET}/{prefix}"

    def delete(self, key: str) -> None:
        """Remove an object."""
        self._client.delete_object(Bucket=BUCKET, Key=key)

    def contents(self, prefix: str = "") -> dict[str, bytes]:
        """The objects below a prefix, by their keys after it."""
        listed = self._client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {each["Key"].removeprefix(prefix): self._get(each["Key"]) for each in listed}

    def _get(self, key: str) -> bytes:
        return self._client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    @contextmanager
    def refusing(self, after: int = 0) -> Generator[None]:
        """Refuse every key for a while, once so many calls have been answered."""
        self._ask_for_keys_after(after)
        try:
            yield
        finally:
            self._ask_for_keys_after(_OPEN)

    def _ask_for_keys_after(self, calls: int) -> None:
        headers = {"Content-Type": "text/plain"}
        address = f"{self.endpoint}/moto-api/reset-auth"
        with urlopen(Request(address, str(calls).encode(), headers)) as answer:
            assert json.load(answer)["status"] == "ok"


@contextmanager
def serve_s3() -> Generator[S3]:
    """Serve S3 on loopback until left."""
    command = [sys.executable, "-m", "moto.server", "--port", "0"]
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(_OPEN)}
    with TemporaryDirectory() as folder, Path(folder, "log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield S3(_endpoint(process, Path(log.name)))
        finally:
            process.kill()
            process.wait()


def _endpoint(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says that it listens."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"Running on (http://[\d.]+:\d+)", log.read_text()):
            return found[1]
        time.sleep(0.02)
    raise TimeoutError(f"moto does not serve: {log.read_text()}")
