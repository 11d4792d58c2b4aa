"""A loopback Hugging Face Hub with one dataset: as much of it as `datasets` asks for.

with hub({"data/train.jsonl": b"..."}) as url:
    ...  # HF_ENDPOINT=url
"""

import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

NAME = "keeper/tides"
REVISION = "a" * 40
_OID = "b" * 40


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Mapping[str, bytes]

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if file := re.fullmatch(rf"/datasets/{NAME}/resolve/(?:main|{REVISION})/(.+)", path):
            self._file(file[1])
        elif re.fullmatch(rf"/api/datasets/{NAME}(?:/revision/(?:main|{REVISION}))?", path):
            siblings = [{"rfilename": name} for name in self.files]
            self._json({"id": NAME, "sha": REVISION, "private": False, "siblings": siblings})
        elif tree := re.fullmatch(rf"/api/datasets/{NAME}/tree/(?:main|{REVISION})/?(.*)", path):
            self._json(self._tree(tree[1]))
        else:
            self._answer(404, b"", {"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET

    def _tree(self, folder: str) -> list[dict[str, Any]]:
        """What is in a folder; in the root, the folders."""
        if not folder:
            folders = sorted({name.partition("/")[0] for name in self.files})
            return [{"type": "directory", "path": name, "oid": _OID} for name in folders]
        return [
            {"type": "file", "path": name, "size": len(data), "oid": _OID}
            for name, data in self.files.items()
            if name.startswith(f"{folder}/")
        ]

    def _file(self, name: str) -> None:
        data = self.files.get(name)
        if data is None:
            self._answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        headers = {"ETag": f'"{_OID}"', "Accept-Ranges": "bytes"}
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if part is None:
            self._answer(200, data, headers)
            return
        start, end = int(part[1]), min(int(part[2]), len(data) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        self._answer(206, data[start : end + 1], headers)

    def _json(self, value: Any) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "X-Repo-Commit": REVISION}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def hub(files: Mapping[str, bytes]) -> Generator[str]:
    """A hub whose only dataset, NAME, has these files in folders; gives its address."""
    handler = type("Handler", (_Handler,), {"files": files})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
