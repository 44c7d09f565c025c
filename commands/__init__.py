"""What `./manage.py` offers, one module a noun."""

import typer

from commands import (
    bench,
    exporting,
    imports,
    installation,
    measuring,
    migration,
    scoring,
    serving,
    sweeping,
    verification,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
serving.join(app)
migration.join(app)
installation.join(app)
imports.join(app)
sweeping.join(app)
verification.join(app)
scoring.join(app)
measuring.join(app)
exporting.join(app)
bench.join(app)
