"""The table of what one was told."""

from collections.abc import Sequence

from pages.components.bell import open_notice
from pages.components.layout import Tone
from pages.components.tables import Column, Kind, rows_table
from pages.components.words import field, raw
from services.core.words import N_
from services.notices import NoticeLine

OPEN, SETTLED = N_("To settle"), N_("Settled")


def notices_table(found: Sequence[NoticeLine]) -> None:
    """Notices, newest first; a click leads to what one is about."""
    if not found:
        return
    waits, over = raw(OPEN), raw(SETTLED)
    chosen = rows_table(
        [
            (
                line.id,
                raw(line.telling.msgid, **line.params),
                waits if line.acted_at is None else over,
                line.created_at,
                line.seen_at,
                line.acted_at,
            )
            for line in found
        ],
        [
            Column("words", raw(N_("Notice")), width="large"),
            Column("state", field("status"), Kind.BADGE, tones={waits: Tone.INFO}),
            Column("created_at", raw(N_("Told at")), Kind.MOMENT),
            Column("seen_at", raw(N_("Seen at")), Kind.MOMENT),
            Column("acted_at", raw(N_("Settled at")), Kind.MOMENT),
        ],
        key="notices",
        on_select="once",
    )
    for line in found:
        if line.id == chosen:
            open_notice(line)
