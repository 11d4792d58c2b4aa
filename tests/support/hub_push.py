"""A loopback Hugging Face Hub that datasets can be pushed to, with only what a push needs.

with serve_hub() as hub:
    ...  # HF_ENDPOINT=hub.endpoint HF_HUB_DISABLE_XET=1
hub.files["me/data"]["README.md"]
"""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

_SHA = "0" * 40
_REPO = re.compile(r"/(?:api/)?datasets/([^/]+/[^/]+?)(?:/(.*))?")


class Hub:
    """What was pushed to the loopback Hub."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.created: list[dict[str, Any]] = []
        """The bodies with which repositories were created."""
        self.files: dict[str, dict[str, bytes]] = defaultdict(dict)
        """By repository and path."""
        self.objects: dict[str, bytes] = {}
        """Large files by their hash, on the way into a repository."""
        self.tokens: set[str | None] = set()
        self.forbids = False
        """Whether every write is refused."""


@contextmanager
def serve_hub() -> Generator[Hub]:
    """Serve a Hub on loopback."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        repo, rest = self._target()
        files = self.hub.files[repo]
        if rest.startswith("resolve/"):
            path = rest.split("/", 2)[2]
            if path not in files:
                self._answer({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
                return
            headers = {"ETag": '"0"', "X-Repo-Commit": _SHA}
            self._send(files[path], 200, headers)
        elif rest.startswith("tree/"):
            found = _children(files, rest.split("/", 2)[2] if rest.count("/") > 1 else "")
            missing = {"X-Error-Code": "EntryNotFound"}
            self._answer(found, 200) if found else self._answer({}, 404, missing)
        else:
            siblings = [{"rfilename": path} for path in files]
            self._answer({"id": repo, "sha": _SHA, "siblings": siblings, "tags": []})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.tokens.add(self.headers.get("Authorization"))
        if self.hub.forbids:
            self._answer({"error": "You may not write here"}, 403)
        elif self.path == "/api/repos/create":
            self.hub.created.append(json.loads(body))
            self._answer({"url": f"{self.hub.endpoint}/datasets/me/data", "id": "me/data"})
        elif self.path == "/api/validate-yaml":
            self._answer({"errors": [], "warnings": []})
        elif self.path.endswith("/info/lfs/objects/batch"):
            asked = json.loads(body)["objects"]
            objects = [{**each, "actions": self._upload(each["oid"])} for each in asked]
            self._answer({"transfer": "basic", "objects": objects})
        else:
            self._write(*self._target(), body)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.objects[self.path.removeprefix("/lfs/")] = data
        self._answer({})

    def _upload(self, oid: str) -> dict[str, Any]:
        return {"upload": {"href": f"{self.hub.endpoint}/lfs/{oid}"}}

    def _write(self, repo: str, rest: str, body: bytes) -> None:
        files = self.hub.files[repo]
        if rest.startswith("preupload/"):
            asked = [each["path"] for each in json.loads(body)["files"]]
            modes = [
                {"path": path, "uploadMode": _upload_mode(path), "shouldIgnore": False}
                for path in asked
            ]
            self._answer({"files": modes})
        elif rest.startswith("paths-info/"):
            paths = cast("list[str]", json.loads(body)["paths"])
            found = [_entry(path, files[path]) for path in paths if path in files]
            self._answer(found)
        else:
            for line in body.splitlines():
                operation = json.loads(line)
                value = operation.get("value")
                if operation["key"] == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif operation["key"] == "lfsFile":
                    files[value["path"]] = self.hub.objects[value["oid"]]
            url = f"{self.hub.endpoint}/datasets/{repo}/commit/{_SHA}"
            self._answer({"commitUrl": url, "commitOid": _SHA})

    def _target(self) -> tuple[str, str]:
        match = _REPO.fullmatch(self.path.split("?")[0])
        return (match[1], match[2] or "") if match else ("", "")

    def _answer(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        typed = {"Content-Type": "application/json", **(headers or {})}
        self._send(json.dumps(value).encode(), status, typed)

    def _send(self, data: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _upload_mode(path: str) -> str:
    return "lfs" if path.endswith(".parquet") else "regular"


def _children(files: dict[str, bytes], folder: str) -> list[dict[str, Any]]:
    """What a folder holds, not what its folders hold."""
    prefix = f"{folder}/" if folder else ""
    inner = {path: path.removeprefix(prefix) for path in files if path.startswith(prefix)}
    folders = {prefix + rest.split("/")[0] for rest in inner.values() if "/" in rest}
    return [
        *(_entry(path, files[path]) for path, rest in inner.items() if "/" not in rest),
        *({"type": "directory", "path": path, "oid": _SHA} for path in folders),
    ]


def _entry(path: str, data: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": len(data), "oid": _SHA}
