"""Dual control: nobody approves what he wrote himself, as long as there is somebody else."""

from collections.abc import Callable, Collection

from services.core.access import Actor


def may_approve(
    actor: Actor, author_id: int | None, leaders: Callable[[], Collection[int]]
) -> bool:
    """Whether somebody else wrote it (None: nobody here), or none of the `leaders` (ids; asked only
    where it matters) could approve it in his place."""
    is_own = author_id is not None and author_id == actor.id
    return not is_own or set(leaders()) <= {actor.id}
