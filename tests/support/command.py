"""The command line of `python -m tests.support.server`."""

import argparse
import asyncio
import json

import uvloop

from tests.support.chat import Chat
from tests.support.hosting import serve_until_told
from tests.support.options import ServerOptions
from tests.support.recording import Ledger


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    given = vars(_parser().parse_args())
    port = given.pop("port")
    options = ServerOptions().changed(**given)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve_until_told(Chat(options, Ledger()), port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.server", argument_default=argparse.SUPPRESS
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--models", nargs="+", help="names it serves")
    add("--latency", type=float, help="seconds a call")
    add("--seconds-per-token", type=float, help="seconds a word of the answer")
    add("--slots", type=int, help="calls worked on at once")
    add("--requests-per-second", type=float, help="429 beyond")
    add("--retry-after", type=float, help="seconds announced with a 429")
    add("--api-key", help="the key it asks for")
    add("--max-prompt-words", type=int, help="context length")
    add("--no-system-role", dest="system_role", action="store_false", help="refuse system messages")
    add("--faults", type=json.loads, metavar="JSON", help='such as {"reset": 0.1, "seed": 7}')
    add("--faults-persist", action="store_true", help="what fails once fails each time")
    add("--keep", action="store_true", default=False, help="keep a record of each request")
    return parser
