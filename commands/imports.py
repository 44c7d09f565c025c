"""`import` and `undo-import`: lists from elsewhere, from the host's own folder."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import uuid4

import typer
from pydantic import ValidationError

from commands.speaking import acting, language, refuse, say, tell, the_store, warn
from services import imports, sessions
from services.core.access import Caller
from services.core.errors import AppError
from services.core.labels import field_label
from services.core.run import fetch, perform
from services.core.words import N_, translate

DONE, SOME_WRONG, REFUSED = 0, 1, 2
"""Exit statuses: all rows are in; some rows were wrong; nothing was done."""


def join(app: typer.Typer) -> None:
    app.command("import")(bring)
    app.command("undo-import")(take_back)


def bring(
    kind: Annotated[str, typer.Argument(help="customers, sales, repairs or complaints")],
    file: Annotated[Path, typer.Argument(help=".xlsx, .xls, .csv, .tsv or .txt")],
    mapping: Annotated[
        Path | None, typer.Option("--map", help="column = field, as TOML or JSON; else guessed")
    ] = None,
    store: Annotated[str, typer.Option(help="the store's code")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would happen")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    username: Annotated[str | None, typer.Option("--as", help="on behalf of this user")] = None,
) -> None:
    """Import a list. Status 0: done, 1: some rows were wrong, 2: refused, nothing was done."""
    caller = acting(username)
    try:
        batch = _import(caller, kind, file, mapping, store, dry_run=dry_run)
    except imports.FieldsNotMapped as error:
        names = str(error.params["fields"]).split(", ")
        words = ", ".join(translate(language(), field_label(name)) for name in names)
        warn(error.msgid, fields=words)
        raise typer.Exit(REFUSED) from None
    except AppError as error:
        refuse(error)
    except ValidationError:
        _stop(N_("The columns of the map and the fields are texts: column = field"))
    _report(batch, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(SOME_WRONG if batch.counts["wrong"] else DONE)


def _import(
    caller: Caller, kind: str, file: Path, mapping: Path | None, store: str, *, dry_run: bool
) -> imports.BatchView:
    data = _read(file)
    seen = fetch(imports.preview, caller, kind=kind, data=data, file_name=file.name)
    chosen = _mapping(mapping) if mapping else {c.name: c.field for c in seen.columns}
    table = imports.read_table(data, file.name)
    form = imports.opening(
        table,
        data,
        kind=kind,
        file_name=file.name,
        store_id=_store(caller, store),
        mapping=chosen,
    )

    def do(command: Any, form: Any, /) -> Any:
        return perform(command, caller, form)

    batch_id = imports.check_all(do, table, form, _counting(N_("Checked {done} of {total} rows")))
    if batch_id is None:
        raise AssertionError("perform raises instead")
    if not dry_run:
        imports.run_all(do, batch_id, _counting(N_("Imported {done} of {total} rows")))
    batch = fetch(imports.batch, caller, batch_id)
    if dry_run:
        do(imports.throw_away, imports.ThrowAway(request_id=uuid4(), batch_id=batch_id))
    return batch


def take_back(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="the number of the import")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    username: Annotated[str | None, typer.Option("--as", help="on behalf of this user")] = None,
) -> None:
    """Undo an import. Rows edited since are kept and listed; status 1 when there are any."""
    caller = acting(username)
    try:
        imports.undo_all(
            lambda command, form: perform(command, caller, form),
            batch_id,
            _counting(N_("Took back {done} of {total} rows")),
        )
        batch = fetch(imports.batch, caller, batch_id)
        kept = fetch(imports.kept_rows, caller, batch_id)
    except AppError as error:
        refuse(error)
    if as_json:
        tell({"batch": batch.id, **batch.counts, "kept_rows": [row.id for row in kept]})
    else:
        say(
            N_("{reversed} rows taken back, {kept} kept because they were edited since"),
            reversed=batch.counts["reversed"],
            kept=batch.counts["kept"],
        )
        for row in kept:
            _line(row.id, imports.worded(row.reasons, language()))
    raise typer.Exit(SOME_WRONG if batch.counts["kept"] else DONE)


def _stop(msgid: str, **params: object) -> NoReturn:
    warn(msgid, **params)
    raise typer.Exit(REFUSED)


def _read(file: Path) -> bytes:
    if not file.is_file():
        _stop(N_("There is no file {file}"), file=str(file))
    with file.open("rb") as opened:
        return opened.read(imports.Limits().file_bytes + 1)


def _mapping(file: Path) -> dict[str, str]:
    """Column -> field, from TOML or JSON."""
    if not file.is_file():
        _stop(N_("There is no file {file}"), file=str(file))
    try:
        text = file.read_text("utf-8-sig")
        said = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (UnicodeDecodeError, ValueError):
        _stop(N_("The map {file} is neither TOML nor JSON"), file=str(file))
    if not isinstance(said, dict):
        _stop(N_("The columns of the map and the fields are texts: column = field"))
    return said


def _store(caller: Caller, code: str) -> int:
    """The store that was named, else the user's own."""
    own = fetch(sessions.current, caller).store_id
    return own if not code and own is not None else the_store(caller, code)


def _counting(msgid: str) -> Any:
    """Progress on standard error, in one line where a person watches."""

    def show(step: imports.Step) -> None:
        if sys.stderr.isatty():
            words = translate(language(), msgid, done=step.done, total=step.total)
            typer.echo(f"\r{words}", err=True, nl=step.finished)
        elif step.finished:
            warn(msgid, done=step.done, total=step.total)

    return show


def _report(batch: imports.BatchView, *, dry_run: bool, as_json: bool) -> None:
    outcomes = {name: batch.counts[name] for name in OUTCOMES}
    if as_json:
        told = [
            {
                "outcome": group.outcome,
                "field": group.field,
                "reason": translate(language(), group.msgid, **group.params),
                "rows": group.count,
                "first": group.numbers[:SHOWN],
            }
            for group in batch.groups
        ]
        number = None if dry_run else batch.id
        tell({"batch": number, "rows": batch.rows, **outcomes, "reasons": told})
        return
    if dry_run:
        say(N_("Nothing was written. What would happen to {rows} rows:"), rows=batch.rows)
    else:
        say(N_("Import {id}: {rows} rows"), id=batch.id, rows=batch.rows)
    for name, msgid in OUTCOMES.items():
        typer.echo(f"  {translate(language(), msgid)}: {outcomes[name]}")
    for group in batch.groups:
        words = imports.worded([(group.field, group.msgid, group.params)], language())
        first = ", ".join(map(str, group.numbers[:SHOWN]))
        typer.echo(f"  {translate(language(), OUTCOMES[group.outcome])} · {words} · {group.count}")
        _line(first, "")


SHOWN = 5
OUTCOMES = {
    "new": N_("New"),
    "updated": N_("Updated"),
    "same": N_("Same"),
    "skipped": N_("Skipped"),
    "wrong": N_("Wrong"),
}


def _line(numbers: object, words: str) -> None:
    said = translate(language(), N_("Row {numbers}"), numbers=numbers)
    typer.echo(f"    {said}: {words}" if words else f"    {said}")
