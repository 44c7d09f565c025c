"""The rules in force as one sheet: what holds on a day, in a store, told from the parameters and
from what the ledger itself goes by (C06). No number stands in its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session

from db.models import Role, Severity, Store, User
from services import reports
from services.complaints import limits
from services.complaints.clocks import ClockKind
from services.complaints.closing import WORN_OUT
from services.complaints.lacks import LACKS, Lack
from services.complaints.limits import MAJOR
from services.complaints.passing import TOSSED
from services.complaints.timing import CLOCKS
from services.complaints.warning import SHARES, Threshold
from services.core import clock, export, fields, parameters
from services.core.access import Actor, Permission, load
from services.core.choices import choice_label
from services.core.errors import NotFound
from services.core.parameters import PARAMETERS, Dated, Number, Unit
from services.core.recorded import names_of
from services.core.words import N_, choose_language, translate

TITLE: Final = N_("Rules for handling complaints")
OWN: Final = " *"
HOUR: Final = 60
EXAMPLES: Final = {
    Severity.L1: N_("Waiting, tone, a small thing that went wrong"),
    Severity.L2: N_("A repair that had to be done again, a bill that is disputed"),
    Severity.L3: N_(
        "Somebody might have been hurt, a loss above the limits, a threat with the media"
    ),
    Severity.L4: N_("An accident, several customers at once, a regulator, the media are there"),
}
AT_ONCE: Final = {
    False: N_("the handler"),
    True: N_("handler, managers, directors"),
}
"""Of a major one or not: who is told."""
OF_EACH: Final = (Lack.REPLY, Lack.CONFIRMATION, Lack.REMEDY)
OF_COMPLAINTS: Final = (Lack.ACCEPTANCE, Lack.FINDING, Lack.CAUSE)
OF_MAJOR: Final = (Lack.CORRECTIVE, Lack.PREVENTIVE, Lack.DIRECTOR)
OF_HEAVY: Final = (Lack.HEAD,)
"""From a level on that is a parameter; of a major one the director's talk is asked for instead."""
OF_UNJUSTIFIED: Final = (Lack.LEADER,)
Sentences = tuple[tuple[str, dict[str, str]], ...]
"""Each a msgid, and which parameter fills what of it."""

_P = parameters
HANDS: Final[Sentences] = (
    (
        N_(
            "Whoever takes a complaint is its first responder and stands for it until the customer "
            "has his answer. This never changes; while he is away somebody covers for him"
        ),
        {},
    ),
    (
        N_(
            "The answer is given by whoever stands for the complaint, or confirmed by him. No "
            "clock begins anew because a complaint changes hands"
        ),
        {},
    ),
    (
        N_("The company mailbox is looked into on each working day by {hour}"),
        {"hour": _P.MAILBOX_HOUR},
    ),
    (N_("Of a legal case only those know who are named in it; in public one person answers"), {}),
)
PAUSES: Final[Sentences] = (
    (
        N_(
            "The clocks of proposal and closing stand still while we wait for the customer or for "
            "somebody outside, for {days} in all. Then they run on; the others never stand still"
        ),
        {"days": _P.PAUSE_DAYS},
    ),
    (
        N_("After {attempts} attempts and {days} of silence our answer counts as accepted"),
        {"attempts": _P.SILENT_ATTEMPTS, "days": _P.SILENT_DAYS},
    ),
    (
        N_(
            "Whoever comes back within {days} of the closing has the same complaint opened again; "
            "later it is a new one that follows the first"
        ),
        {"days": _P.REOPEN_DAYS},
    ),
)
WEIGHT: Final[Sentences] = (
    (N_("Anyone raises a level; only who leads lowers it, with a reason"), {}),
    (N_("What touches safety or the media is at least L3"), {}),
    (
        N_(
            "Complaint number {count} of one customer within {days} weighs a level more, L3 at most"
        ),
        {"count": _P.REPEAT_COUNT, "days": _P.REPEAT_DAYS},
    ),
    (
        N_(
            "{count} complaints of one cause and model within {days} warn of a crisis, and weigh L3"
        ),
        {"count": _P.CLUSTER_COUNT, "days": _P.CLUSTER_DAYS},
    ),
)
AFTERWARDS: Final[Sentences] = (
    (
        N_("An action against a cause is looked at {days} after its day: did the cause come back?"),
        {"days": _P.CHECK_DAYS},
    ),
    (
        N_("Whoever complained is won back when he comes again within {days} of the closing"),
        {"days": _P.RECOVERY_DAYS},
    ),
    (
        N_("A complaint holds {count}, each of {size} at most"),
        {"count": _P.FILE_COUNT, "size": _P.FILE_SIZE},
    ),
)


def rules(
    session: Session,
    actor: Actor,
    on: date | None = None,
    store_id: int | None = None,
    language: str = "",
) -> reports.Sheet:
    """What holds on a day (None: today) in a store (None: the group, where no store has a value of
    its own). Raises NotFound (store)."""
    actor.require(Permission.COMPLAINTS_VIEW)
    store = load(session, Store, store_id).name if store_id is not None else ""
    day = on or clock.today()
    decided = parameters.history(session, KEYS)
    book = _Book(day, store_id, store, choose_language(language), decided)
    names = names_of(session, User, {one.author_id for one in decided})
    return book.sheet(names)


def rules_file(
    session: Session, actor: Actor, on: str, store: str, language: str = ""
) -> export.File:
    """The same as a PDF of A4. `on` is a day as 2026-11-24, `store` an id, or 0 for the group.

    Raises NotFound, also for what is neither.
    """
    actor.require(Permission.COMPLAINTS_VIEW)
    store_id = fields.id_in(store)
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise NotFound(record="rules", on=on[:20]) from None
    if store_id is None:
        raise NotFound(record="Store", id=store[:20])
    sheet = rules(session, actor, day, store_id or None, language)
    name = export.file_name(sheet.title, str(day), ".pdf")
    return export.File(name, reports.sheet_pdf(sheet))


KEYS: Final = [
    key
    for key in PARAMETERS
    if key.startswith("complaints.") and not key.startswith("complaints.target.")
]


@dataclass(frozen=True, slots=True)
class _Book:
    """What the parameters say on a day, in a language."""

    day: date
    store_id: int | None
    store: str
    language: str
    decided: list[Dated]

    def sheet(self, names: dict[int, str]) -> reports.Sheet:
        return reports.Sheet(
            language=self.language,
            title=self.say(TITLE),
            about=self._about(),
            chapters=(
                self._levels(),
                self._told(N_("Who stands for it"), HANDS),
                self._warnings(),
                self._told(N_("When clocks stand still, silence, opening again"), PAUSES),
                self._told(N_("What weighs more"), WEIGHT),
                self._money(),
                self._closing(),
                self._told(N_("Afterwards"), AFTERWARDS),
                self._decisions(names),
            ),
        )

    def say(self, msgid: str, **params: object) -> str:
        return translate(self.language, msgid, **params)

    def now(self, key: str) -> Dated | None:
        """The decision that holds; None while it is as delivered."""
        return parameters.in_force(self._on(key), self.day, self.store_id)

    def amount(self, key: str) -> str:
        """The number that holds, with its unit; marked where it is the store's own."""
        known, now = PARAMETERS[key], self.now(key)
        own = OWN if now is not None and now.store_id is not None else ""
        return self._written(parameters.held(now, known), known.unit) + own

    def _on(self, key: str) -> list[Dated]:
        return [one for one in self.decided if one.key == key]

    def _written(self, number: Number, unit: Unit) -> str:
        if unit is Unit.SHARE:
            return f"{float(number) * 100:g} %"
        if unit is Unit.LEVEL:
            return f"L{number}"
        if unit is Unit.TIMES:
            return f"{number:,}"
        whole, rest = divmod(int(number), HOUR)
        if unit in HOURS and whole and not rest:
            return self.say(HOURS[unit], count=whole)
        return f"{number:,} {self.say(choice_label(unit))}"

    def _about(self) -> str:
        """Place, day, version: the day of the last change that has begun."""
        begun = [
            one.from_on
            for one in self.decided
            if one.from_on <= self.day
            and one.withdrawn_at is None
            and one.store_id in {None, self.store_id}
        ]
        version = (
            self.say(N_("version of {day}"), day=str(max(begun)))
            if begun
            else self.say(N_("version as delivered"))
        )
        place = self.store or self.say(N_("The whole group"))
        return " · ".join([place, self.say(N_("as of {day}"), day=str(self.day)), version])

    def _levels(self) -> reports.Chapter:
        own = any(self._is_own(key) for key in KEYS)
        header = (
            *(self.say(words) for words in (N_("Level"), N_("For instance"))),
            *(self.say(name) for name in CLOCKS.values()),
            self.say(N_("Told at once")),
        )
        rows = tuple(
            (
                self.say(choice_label(severity)),
                self.say(EXAMPLES[severity]),
                *(self._limit(severity, kind) for kind in CLOCKS),
                self.say(AT_ONCE[severity in MAJOR]),
            )
            for severity in Severity
        )
        urgent = self.say(
            N_("An urgent complaint has {share} of these times"),
            share=self.amount(parameters.URGENT_SHARE),
        )
        note = self.say(N_("* a value of this store's own")) if own else ""
        return reports.Chapter(
            self.say(N_("Levels and their clocks")), (urgent,), reports.Lines(header, rows, note)
        )

    def _is_own(self, key: str) -> bool:
        now = self.now(key)
        return now is not None and now.store_id is not None

    def _limit(self, severity: Severity, kind: ClockKind) -> str:
        key = limits.key_of(severity, kind)
        return self.amount(key) if key is not None else self.say(N_("looked at every day"))

    def _warnings(self) -> reports.Chapter:
        shares = {mark.value: f"{float(share) * 100:g} %" for mark, share in SHARES.items()}
        told = (
            (
                N_("At {share} of a clock: whoever handles it; from L2 on the managers"),
                Threshold.HALF,
            ),
            (N_("At {share}: whoever handles it, and whoever stands for it"), Threshold.MOST),
            (N_("At {share}: these and the managers of the store"), Threshold.OVER),
        )
        sentences = [self.say(words, share=shares[mark.value]) for words, mark in told]
        sentences.append(self.say(N_("A working day later: the directors")))
        tossed = N_(
            "More than {count} changes of hands, or back to a department that had it: the managers"
        )
        sentences.append(self.say(tossed, count=TOSSED))
        worn = N_("Opened again {count} times: a level more, and the manager handles it")
        sentences.append(self.say(worn, count=WORN_OUT))
        return reports.Chapter(self.say(N_("Warnings and escalation")), tuple(sentences))

    def _money(self) -> reports.Chapter:
        rows = tuple(
            (self.say(choice_label(role)), self.amount(key))
            for role, key in parameters.COMPENSATION.items()
        )
        most = self.amount(parameters.COMPENSATION[Role.DIRECTOR])
        sentences = (
            self.say(N_("It counts by the complaint: all that was promised for it together")),
            self.say(N_("More than one's own limit waits for a second person who may")),
            self.say(N_("More than {amount} needs the consent of finance in writing"), amount=most),
        )
        header = (self.say(N_("Role")), self.say(N_("May promise alone")))
        return reports.Chapter(
            self.say(N_("Money for the customer")), sentences, reports.Lines(header, rows)
        )

    def _closing(self) -> reports.Chapter:
        parts = (
            (N_("Each: {missing}"), OF_EACH),
            (N_("A complaint also: {missing}"), OF_COMPLAINTS),
            (N_("From level {level} on also, below L3: {missing}"), OF_HEAVY),
            (N_("From L3 on also: {missing}"), OF_MAJOR),
            (N_("An unjustified one: {missing}"), OF_UNJUSTIFIED),
        )
        level = self.amount(parameters.HEAD_LEVEL)
        sentences = tuple(
            self.say(words, missing=[LACKS[lack] for lack in lacks], level=level)
            for words, lacks in parts
        )
        return reports.Chapter(self.say(N_("What must be there before it is closed")), sentences)

    def _told(self, title: str, sentences: Sentences) -> reports.Chapter:
        said = (
            self.say(words, **{name: self.amount(key) for name, key in filled.items()})
            for words, filled in sentences
        )
        return reports.Chapter(self.say(title), tuple(said))

    def _decisions(self, names: dict[int, str]) -> reports.Chapter:
        """What holds because somebody decided it, and not because it was delivered so."""
        title = self.say(N_("What was decided here"))
        rows = tuple(self._decision(key, now, names) for key, now in self._standing())
        if not rows:
            return reports.Chapter(title, (self.say(N_("Everything is as delivered")),))
        header = (
            *(self.say(words) for words in (N_("Rule"), N_("Holds"), N_("For"))),
            *(self.say(words) for words in (N_("Since"), N_("By"))),
        )
        return reports.Chapter(title, lines=reports.Lines(header, rows))

    def _standing(self) -> Iterable[tuple[str, Dated]]:
        return [(key, now) for key in KEYS if (now := self.now(key)) is not None]

    def _decision(self, key: str, now: Dated, names: dict[int, str]) -> tuple[str, ...]:
        place = self.store if now.store_id is not None else self.say(N_("The whole group"))
        return (
            self.say(PARAMETERS[key].label),
            self.amount(key),
            place,
            str(now.from_on),
            names.get(now.author_id or 0, ""),
        )


HOURS: Final = {
    Unit.MINUTES: N_("{count} hours"),
    Unit.WORKING_MINUTES: N_("{count} working hours"),
}
"""Minutes that make whole hours are told as these."""
