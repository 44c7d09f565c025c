"""How the server's sockets send."""

import asyncio
import socket
from functools import wraps
from typing import Any


def send_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Let connections to servers of `loop` send without waiting for the other end's receipt.

    asyncio sees to that only where a socket says that it is TCP, and the one that Streamlit hands
    it does not: the second small message of nearly every run waited for the receipt of the first,
    40 ms on Linux and up to 200 ms on Windows (Kludex/uvicorn#3149). What a listening socket
    accepts takes after it.
    """
    create = loop.create_server

    @wraps(create)
    async def created(*args: Any, **kwargs: Any) -> Any:
        listening: socket.socket | None = kwargs.get("sock")
        if listening is not None and listening.family in {socket.AF_INET, socket.AF_INET6}:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await create(*args, **kwargs)

    loop.create_server = created  # type: ignore[method-assign]
