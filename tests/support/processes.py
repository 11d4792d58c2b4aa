"""The processes of this machine, as Linux lists them."""

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, of all its threads.

    Raises OSError if it has ended.
    """
    listed = (task / "children" for task in Path(f"/proc/{pid}/task").iterdir())
    return [int(child) for children in listed for child in children.read_text().split()]
