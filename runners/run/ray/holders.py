"""Who has which chunk: an actor holds those that it took, until their records are here."""

from runners.run.ray.feed import Feed


class Holders:
    """Sees to it that the chunks of an actor that is lost are handed to others at once.

    Ray gives a chunk to the actor that had it, when it is alive again: if its machine is lost and
    no other one has a free CPU, that is never. What it gives out all the same is taken by nobody.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._holders: dict[int, object] = {}
        """By slot."""

    def begin(self) -> None:
        """Begin anew, with nobody who has anything."""
        self._feed.begin()
        self._holders.clear()

    @property
    def are_missing(self) -> bool:
        """Whether chunks are out, and nobody has any."""
        return bool(self._feed.out) and not self._holders

    def take(self, slot: int, actor: object) -> bool:
        """Give an actor a slot; False if it is done, another actor's, or handed out again."""
        is_free = slot in self._feed.out and slot not in self._holders
        if is_free:
            self._holders[slot] = actor
        return is_free

    def give_back(self, slot: int) -> bool:
        """Hear that a slot's records have come; return whether they are still waited for."""
        is_awaited = self._holders.get(slot, self) is not self
        if is_awaited:
            self._holders[slot] = self  # no actor is to have it any more
        return is_awaited

    async def done(self, slot: int) -> None:
        """Hear that the records of a slot are kept."""
        self._holders.pop(slot, None)
        await self._feed.done(slot)

    async def lost(self, actor: object) -> None:
        """Hand out again what an actor had."""
        slots = [slot for slot, holder in self._holders.items() if holder is actor]
        for slot in slots:
            del self._holders[slot]
        await self._feed.again(slots)

    async def hand_out_unclaimed(self) -> None:
        """Hand out again what nobody has: it may have been on its way to an actor that is lost."""
        await self._feed.again([slot for slot in self._feed.out if slot not in self._holders])
