"""Who may use a served graph: a key for each person, and nobody sees what is another's.

In langgraph.json: `"auth": {"path": "./examples/server_auth.py:auth"}`. COEVOL_SERVER_KEYS has the
people and their keys, `alice=KEY bob=KEY`; make a key with `python -c 'import secrets;
print(secrets.token_urlsafe())'`. Clients send it as `X-Api-Key`.
"""

import os
from hmac import compare_digest
from typing import Any

from langgraph_sdk import Auth

auth = Auth()


@auth.authenticate
async def who(headers: dict[bytes, bytes]) -> Auth.types.MinimalUserDict:
    """Find the person whose key a request has."""
    sent = headers.get(b"x-api-key", b"")
    for entry in os.environ.get("COEVOL_SERVER_KEYS", "").split():
        person, _, key = entry.partition("=")
        if key and compare_digest(sent, key.encode()):
            return {"identity": person}
    raise Auth.exceptions.HTTPException(status_code=401, detail="X-Api-Key: no such key")


@auth.on
async def only_their_own(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> dict[str, str]:
    """Mark what someone makes as theirs, and let them read, change and run nothing else."""
    owner = {"owner": ctx.user.identity}
    value.setdefault("metadata", {}).update(owner)
    return owner


@auth.on(resources="assistants", actions=["read", "search"])
async def the_graphs_are_everyones(ctx: Auth.types.AuthContext, value: Any) -> Any:
    """Let people see assistants of their own, and those that the server makes of langgraph.json."""
    return {"$or": [{"owner": ctx.user.identity}, {"created_by": "system"}]}


@auth.on(resources="store")
async def nothing_is_stored(ctx: Auth.types.AuthContext, value: Any) -> bool:
    """Refuse the store, whose entries have no owner; coevol does not use it."""
    return False
