"""Which actor holds which chunk: from when it takes it until its records have arrived."""

from runners.run.ray.feed import Feed


class Holders:
    """Hands the chunks of a lost actor to others at once.

    Ray would give a chunk to the same actor after its restart; if its machine is lost and no other
    one has a free CPU, that never happens. If it does happen later, the chunk is refused.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._holders: dict[int, object] = {}
        """By slot."""

    def begin(self) -> None:
        """Start over with no holders."""
        self._feed.begin()
        self._holders.clear()

    @property
    def are_missing(self) -> bool:
        """Whether chunks are handed out, but nobody holds one."""
        return bool(self._feed.out) and not self._holders

    def take(self, slot: int, actor: object) -> bool:
        """Give an actor a slot; False if it is done, another actor's, or handed out again."""
        is_free = slot in self._feed.out and slot not in self._holders
        if is_free:
            self._holders[slot] = actor
        return is_free

    def give_back(self, slot: int) -> bool:
        """A slot's records have arrived; return whether they are still needed."""
        is_awaited = self._holders.get(slot, self) is not self
        if is_awaited:
            self._holders[slot] = self  # no actor may take it any more
        return is_awaited

    async def done(self, slot: int) -> None:
        """The records of a slot are kept."""
        self._holders.pop(slot, None)
        await self._feed.done(slot)

    async def lost(self, actor: object) -> None:
        """Hand out again what an actor held."""
        slots = [slot for slot, holder in self._holders.items() if holder is actor]
        for slot in slots:
            del self._holders[slot]
        await self._feed.again(slots)

    async def hand_out_unclaimed(self) -> None:
        """Hand out again what nobody holds: it may have been on its way to a lost actor."""
        await self._feed.again([slot for slot in self._feed.out if slot not in self._holders])
