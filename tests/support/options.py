"""How the loopback model behaves: its speed and limits, what it refuses, what it breaks."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from tests.support.caches import Cache
from tests.support.replies import Reply
from tests.support.thoughts import Form

FaultKind = Literal["too_many", "error_500", "reset", "html", "empty", "hang", "length", "cut"]


@dataclass(frozen=True)
class Faults:
    """Shares of calls, 0 to 1, that go wrong; together at most 1.

    A call's fault follows from the seed, its words and how often that same body has come before.
    """

    too_many: float = 0.0
    """429 with Retry-After."""
    error_500: float = 0.0
    reset: float = 0.0
    """The connection is reset, no byte answered."""
    html: float = 0.0
    """Status 200 and a page instead of JSON, as some proxies answer."""
    empty: float = 0.0
    """A completion without text."""
    hang: float = 0.0
    """Holds its slot without answering, until the client leaves."""
    cut: float = 0.0
    """The connection ends after half of an answer; all of its tokens were used."""
    length: float = 0.0
    """Half of the text, with the finish_reason `cut_reason`."""
    seed: int = 0
    attempts: int = 2
    """The first so many calls with the same body can fail, later ones never do."""


@dataclass(frozen=True)
class Fate:
    """How batches end that do not end well, and which ones those are."""

    status: Literal["expired", "failed", "cancelled", "partially_succeeded"]
    """The last is Gemini's."""
    share: float = 0.0
    """Of their calls, that are answered all the same."""
    code: str = "invalid_request"
    """Of one that failed."""
    since: int = 0
    """Only batches from this one on, counted from 0."""
    until: int = 1
    """Only batches before this one."""


@dataclass(frozen=True)
class ServerOptions:
    """Everything that can be set; `replace` it to change something."""

    models: tuple[str, ...] = ("test-model",)
    latency: float = 0.0
    """Seconds until the first token."""
    seconds_per_token: float = 0.0
    slots: int | None = None
    """Calls worked on at once; the others wait. None for no limit."""
    requests_per_second: float | None = None
    """Calls above it are refused with 429."""
    retry_after: float = 1.0
    """Seconds announced with a 429."""
    api_key: str | None = None
    """The key required; None for no key."""
    max_prompt_words: int | None = None
    busy_greetings: int = 0
    """So many of the first test calls (greetings) get 503."""
    refused: tuple[str, ...] = ()
    """Entries of a call's body that it refuses: 400 in OpenAI's words."""
    forbidden: tuple[str, ...] = ()
    """The same: 422 in Mistral's words."""
    streams_only: bool = False
    """It answers in streams, and refuses other calls in DashScope's words."""
    system_role: bool = True
    """False refuses system messages, as strict chat templates do."""
    faults: Faults = field(default_factory=Faults)
    faults_persist: bool = False
    """A body that fails once fails every time."""
    thinking: Form | None = None
    """It thinks before each answer, shows it in this form, and reports the number of words."""
    thinking_words: int = 0
    """It thinks so many words before each answer, and they count against the answer's limit."""
    cache: Cache | None = None
    """It tells what its cache had of each prompt, in these fields (`tests.support.caches`)."""
    thinks_only: tuple[str, ...] = ()
    """Tasks whose answers are only thinking, finish_reason "length"."""
    cut_reason: str = "length"
    """The finish_reason of an answer that the fault `length` cut off."""
    poison: str | None = None
    """Every call with this word in it is refused."""
    poison_status: int = 500
    opening: str = ""
    """The beginning of judgements, and of the answer to a greeting."""
    judgement: str | None = None
    """What the judge says of every pair; None leaves it to its script."""
    judgements: tuple[tuple[str, str], ...] = ()
    """The same by model, for those that are no other judge's."""
    logprobs: int = 20
    """Alternatives that it tells of each token where it is asked to; 0 for no logprobs at all."""
    knows: tuple[tuple[str, str], ...] = ()
    """Instructions, each with the response that the judge names whenever it is one of the two."""
    replies: tuple[Reply, ...] = ()
    """Replies instead of answers; a call gets the first that is meant for it."""
    short_tiers: tuple[str, ...] = ()
    """Service tiers without capacity: calls that ask for one are refused."""
    short_status: int = 429
    """OpenAI's; Groq has 498."""
    served_tier: str | None = None
    """The tier that answers name, whatever was asked for; None for the one asked for."""
    restricted: bool = False
    """GET /models is refused with 403, as for a key that may only chat."""
    lists_models: bool = True
    """False answers GET /models with the first of the replies, as a web page does."""
    has_batches: bool = True
    batch_seconds: float = 0.0
    """Seconds until a batch's first call is answered."""
    batch_fates: tuple[Fate, ...] = ()
    batch_words: int | None = None
    """Most words of prompts waiting in batches; None for no limit."""
    batch_losses: int = 0
    """Of so many uploads and batches, the first ones, nobody hears that they have arrived."""
    batch_stalls: str = ""
    """Of what nobody hears at all that it has arrived: `file`, `batch` or `message_batch`."""
    file_list_status: int = 200
    """404 where LiteLLM's proxy passes the question on to vLLM; 405 of vLLM's production stack."""
    down: bool = False
    """Every chat call gets 503."""
    keep: bool = True
    """Keep a record of each request; the counters are kept anyway."""

    def changed(self, **changes: Any) -> "ServerOptions":
        """A copy with some options changed, from Python or JSON values; `faults` adds to faults."""
        if isinstance(faults := changes.get("faults"), dict):
            changes["faults"] = replace(self.faults, **faults)
        for name in {
            "models",
            "thinks_only",
            "refused",
            "forbidden",
            "short_tiers",
        } & changes.keys():
            changes[name] = tuple(changes[name])
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """The options as JSON can carry them."""
        return asdict(self)
