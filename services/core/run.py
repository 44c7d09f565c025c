"""The one door to the services: opens the transaction, names the actor, counts a request once."""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col

from db.engine import write_transaction
from db.models import SentRequest
from db.once import add_once
from services.core import audit, clock, snapshot
from services.core.access import Actor, Caller, identify
from services.core.errors import AppError, Busy, RequestReused, StaleRecord, Unavailable
from services.core.inputs import Input, Request

P = ParamSpec("P")
R = TypeVar("R")
Form = TypeVar("Form", bound=Input)
Command: TypeAlias = Callable[[Session, Actor, Form], R]
Query: TypeAlias = Callable[Concatenate[Session, Actor, P], R]

ATTEMPTS = 4
WORTH_RETRYING = {"40001", "40P01", "55P03"}
"""PostgreSQL: serialization failure, deadlock, lock not available. Nothing of them was written."""


def perform(command: Command[Form, R], caller: Caller, form: Form) -> R:
    """Run a command in one transaction and return its result.

    A request that was already done is not done again: its first result is returned. A refusal
    that `is_recorded` is written to the audit in a transaction of its own. Raises AppError only;
    anything else is a bug.
    """
    snapshot.end()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _translated(), write_transaction() as session:
                actor = identify(session, caller)
                return _once(session, actor, command, form)
        except AppError as refusal:
            _write_down(caller, command, refusal)
            raise
        except _Collision as collision:
            if attempt == ATTEMPTS:
                raise Busy from collision
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - spread, no secret
    raise AssertionError("unreachable")


def fetch(query: Query[P, R], caller: Caller, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a query against one snapshot. Raises AppError only; anything else is a bug."""
    try:
        with _translated(), snapshot.reading(caller) as (session, actor):
            return query(session, actor, *args, **kwargs)
    except AppError as refusal:
        _write_down(caller, query, refusal)
        raise
    except _Collision as collision:
        raise Busy from collision


class _Collision(Exception):
    """The database gave up this attempt; nothing of it was written."""


@contextmanager
def _translated() -> Iterator[None]:
    """The database's troubles as facts of ours."""
    try:
        yield
    except StaleDataError as late:
        raise StaleRecord from late
    except (PoolTimeout, InterfaceError) as trouble:
        raise Unavailable from trouble
    except DBAPIError as trouble:
        state = getattr(trouble.orig, "sqlstate", None)
        if state in WORTH_RETRYING or "database is locked" in str(trouble.orig):
            raise _Collision from trouble
        if isinstance(trouble, OperationalError):
            raise Unavailable from trouble
        raise


def _once(session: Session, actor: Actor, command: Command[Form, R], form: Form) -> R:
    """Do the request, or give back what came of it when it was done before."""
    if not isinstance(form, Request):
        return command(session, actor, form)
    name = f"{command.__module__}.{command.__qualname__}"
    values = form.model_dump(exclude={"request_id", *form.secret_fields})
    said = json.dumps(audit.plain(values), ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(f"{actor.id}\0{name}\0{said}".encode()).hexdigest()
    adapter: TypeAdapter[R] = _results_of(command)
    claim = {
        "id": str(form.request_id),
        "actor_id": actor.id,
        "command": name,
        "digest": digest,
        "at": clock.now(),
    }
    # A second claimant waits here for the first one's transaction.
    if not add_once(session, SentRequest, [claim], col(SentRequest.id)):
        sent = session.execute(
            select(SentRequest).where(col(SentRequest.id) == str(form.request_id))
        ).scalar_one()
        if sent.digest != digest:
            raise RequestReused
        return adapter.validate_python(sent.result)
    result = command(session, actor, form)
    kept = {"result": adapter.dump_python(result, mode="json")}
    session.execute(
        update(SentRequest).where(col(SentRequest.id) == str(form.request_id)).values(kept)
    )
    return result


@cache
def _results_of(command: Callable[..., Any]) -> TypeAdapter[Any]:
    """How the results of a command are kept and read back; making one takes a millisecond."""
    return TypeAdapter(signature(command).return_annotation)


def _write_down(caller: Caller, service: Callable[..., Any], refusal: AppError) -> None:
    if not refusal.is_recorded:
        return
    with write_transaction() as session:
        actor = identify(session, caller)
        audit.record(
            session,
            actor,
            audit.Action.ACCESS_DENIED,
            "users",
            attempt=f"{service.__module__}.{service.__qualname__}",
            refused=refusal.params,
        )
