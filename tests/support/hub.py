"""A loopback Hugging Face Hub with one dataset, and only what `datasets` asks for.

with hub({"data/train.jsonl": b"..."}, fetched) as url:
    ...  # HF_ENDPOINT=url
fetched["data/train.jsonl"]
"""

import json
import re
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

NAME = "keeper/tides"
REVISION = "a" * 40
_OID = "b" * 40


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Mapping[str, bytes]
    fetched: Counter[str]
    sizes: Mapping[str, int]

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

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == f"/api/datasets/{NAME}/paths-info/{REVISION}":
            self._json([self._told(name) for name in body["paths"]])
        else:
            self._answer(404, b"", {})

    def _tree(self, folder: str) -> list[dict[str, Any]]:
        """What is in a folder; in the root, the folders and the files beside them."""
        names = [name for name in self.files if name.rpartition("/")[0] == folder]
        told = [self._told(name) for name in names]
        if folder:
            return told
        folders = sorted({name.partition("/")[0] for name in self.files if "/" in name})
        return [*told, *({"type": "directory", "path": name, "oid": _OID} for name in folders)]

    def _told(self, name: str) -> dict[str, Any]:
        size = self.sizes.get(name, len(self.files[name]))
        return {"type": "file", "path": name, "size": size, "oid": _OID}

    def _file(self, name: str) -> None:
        data = self.files.get(name)
        if data is None:
            self._answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        self.fetched[name] += self.command == "GET"
        headers = {"ETag": f'"{sha1(data).hexdigest()}"', "Accept-Ranges": "bytes"}
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
def hub(
    files: Mapping[str, bytes],
    fetched: Counter[str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Generator[str]:
    """A hub whose only dataset, NAME, has these files; gives its address.

    `fetched` counts how often each file was, and `sizes` are what it says of some that are said to
    be larger than they are.
    """
    counted = Counter[str]() if fetched is None else fetched
    own = {"files": files, "fetched": counted, "sizes": sizes or {}}
    handler = type("Handler", (_Handler,), own)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
