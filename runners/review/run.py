"""coevol review, from what the user asked for to the end of the server."""

import webbrowser
from collections.abc import Callable, Generator
from contextlib import contextmanager

from nodes.counted import counted
from runners.folder.opened import open_run
from runners.pages.page import render_page
from runners.people.rounds import choose
from runners.people.verdicts import open_verdicts
from runners.review.server import ReviewServer
from runners.review.session import Review, ReviewRequest

_SCRIPTS = ("theme.js", "dom.js", "review.js")


@contextmanager
def review_server(request: ReviewRequest, port: int = 0) -> Generator[ReviewServer]:
    """A server for a review of a run, which listens at once, and answers when it is told to serve.

    Raises UsageError if there is no such run, nothing to review, somebody reviewing it already, or
    the port is taken.
    """
    with open_run(request.run) as run:
        rounds = choose(run, request.sample)
    name = request.run.resolve().name
    page = b"".join(render_page("runners.review", "review.html.j2", _SCRIPTS, {"name": name}))
    with (
        open_verdicts(request.run) as file,
        ReviewServer(Review(request, rounds, file), page, port) as server,
    ):
        yield server


def serve_review(
    request: ReviewRequest, port: int, say: Callable[[str], None], *, opens: bool
) -> None:
    """Serve a review until Ctrl+C; show it in the browser if it `opens`.

    `say` is given lines for the user. Raises what `review_server` does.
    """
    with review_server(request, port) as server:
        review = server.review
        rounds = counted(review.total, "round")
        say(f"{rounds}, {review.done:,} of them reviewed: {server.url}")
        say("every verdict is kept at once; Ctrl+C ends it, the same command goes on")
        if opens:
            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")
