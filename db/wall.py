"""The second wall: PostgreSQL's row-level security, which holds where code passes by the first.

The first wall is `services.core.access`, put on every ORM statement by `db.engine`. This one says
the same policy in SQL, for the role `crm_app` that the app works as. A transaction tells it for
whom it works (`tell`); untold, it shows nothing and takes nothing. Attached to `create_all` like
`db.triggers`; the migrations carry frozen copies. SQLite has no second wall.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, MetaData, event, text

from db.types import Base, metadata, scoped_models

ROLE: Final = "crm_app"
"""Whom the app works as: owner of nothing, and no bypass. Without login, one for the cluster."""

OF_COMPLAINTS: Final = (
    *("cause_actions", "complaint_events", "complaint_files", "complaint_people"),
    *("complaint_steps", "remedies"),
)
"""What belongs to a complaint, and is seen by those who see it."""

OPEN_HANDED: Final = ("touches",)
"""Scoped tables into which one may write wherever one may read."""

SETTINGS: Final = (
    *("user_id", "store_id", "reads", "writes", "audit", "imports", "approvals", "grants", "jobs"),
    "beyond",
)
"""What a transaction tells, as `app.<name>`: whole numbers or '', reaches, permissions with commas
between, and 'on' or ''."""

_TELL: Final = text(
    "SELECT " + ", ".join(f"set_config('app.{name}', :{name}, true)" for name in SETTINGS)
)
_OPEN: Final = text("SELECT set_config('app.beyond', :beyond, true)")


def tell(connection: Connection, settings: Mapping[str, str]) -> None:
    """Say for whom this transaction works; forgotten when it ends. Raises KeyError for a gap."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TELL, {name: settings[name] for name in SETTINGS})


def let_past(connection: Connection, *, is_open: bool) -> None:
    """Open the wall for reading, or close it again."""
    if connection.dialect.name == "postgresql":
        connection.execute(_OPEN, {"beyond": "on" if is_open else ""})


STANDS: Final = "SELECT row_security_active(to_regclass('public.customers'))"
"""True behind the wall, None where there is no table yet."""

# ---- the policy in SQL: each setting in a sub-select, so that it is read once in a statement


def _number(name: str) -> str:
    return f"(SELECT nullif(current_setting('app.{name}', true), '')::integer)"


def _reach(name: str) -> str:
    return f"(SELECT current_setting('app.{name}', true))"


def _eyes(name: str) -> str:
    """A reach for reading, which `beyond` makes whole."""
    return (
        "(SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'"
        f" ELSE current_setting('app.{name}', true) END)"
    )


_HERE: Final = f"store_id = {_number('store_id')}"
_OWN: Final = f"(owner_id = {_number('user_id')} OR owner_id IS NULL AND {_HERE})"
_IN_HANDS: Final = (
    f"CASE {_reach('writes')} WHEN 'all' THEN true WHEN 'store' THEN {_HERE}"
    f" WHEN 'own' THEN {_OWN} ELSE false END"
)
_KNOWN: Final = f"{_reach('reads')} <> ''"


def _in_sight(reach: str, is_member: str) -> str:
    return (
        f"CASE {reach} WHEN 'all' THEN true WHEN 'store' THEN {_HERE} WHEN 'own' THEN {_OWN}"
        f" WHEN 'members' THEN {is_member} AND ({_number('store_id')} IS NULL OR {_HERE})"
        " ELSE false END"
    )


def _placed(name: str) -> str:
    return f"CASE {_eyes(name)} WHEN 'all' THEN true WHEN 'store' THEN {_HERE} ELSE false END"


def _hanging(name: str, on: str) -> str:
    """Rows of what one may read; the other table's policy decides."""
    return f"CASE {_eyes(name)} WHEN 'all' THEN true ELSE EXISTS (SELECT FROM {on}) END"


Rules = dict[str, tuple[str | None, str | None]]
"""command -> (which rows it finds, what they may become)"""

_OF_FILE: Final = _hanging("reads", "customers c WHERE c.id = revisions.customer_id")
_OF_RESPONSE: Final = _hanging(
    "reads", "survey_responses r WHERE r.id = survey_answers.response_id"
)
_OF_CAR: Final = _hanging("reads", "vehicles v WHERE v.id = service_dues.vehicle_id")
_OF_BATCH: Final = _hanging("imports", "import_batches b WHERE b.id = import_rows.batch_id")
_MINE: Final = f"({_reach('beyond')} = 'on' OR user_id = {_number('user_id')})"
_JOBS: Final = f"({_reach('jobs')} = 'all' OR {_MINE})"
_TO_ANSWER: Final = (
    f"needs = ANY ((SELECT string_to_array({_reach('grants')}, ','))::text[])"
    f" AND CASE {_reach('approvals')} WHEN 'all' THEN true"
    f" WHEN 'store' THEN store_id IS NULL OR {_HERE} ELSE false END"
)
_ASKED: Final = f"({_reach('beyond')} = 'on' OR asked_by_id = {_number('user_id')})"
_APPROVAL: Final = f"({_ASKED} OR {_TO_ANSWER})"


def _complaints(reach: str) -> str:
    """Of where one reads customers, taken or handled, or named in; a legal case: named in."""
    me = _number("user_id")
    return (
        f"(CASE {reach} WHEN 'all' THEN NOT is_legal OR {_reach('beyond')} = 'on'"
        f" WHEN 'store' THEN NOT is_legal AND {_HERE}"
        f" WHEN 'members' THEN NOT is_legal AND is_member_file(customer_id)"
        f" AND ({_number('store_id')} IS NULL OR {_HERE}) ELSE false END"
        f" OR NOT is_legal AND (handler_id = {me} OR accountable_id = {me}) OR is_named(id))"
    )


def _of_complaint(table: str) -> Rules:
    rows = _hanging("beyond", f"complaints c WHERE c.id = {table}.complaint_id")
    return {"ALL": (rows, rows)}


def _held(table: str) -> str:
    """Contents that a row of this table holds, of those that the wall shows."""
    return f"EXISTS (SELECT FROM {table} t WHERE t.sha256 = stored_files.sha256)"


_DECKS: Final = (
    f"({_reach('beyond')} = 'on' OR"
    f" 'decks:view' = ANY ((SELECT string_to_array({_reach('grants')}, ','))::text[]))"
)
"""The monthly decks tell of the whole group, to those who may see them."""
_MAILBOX: Final = (
    f"({_reach('beyond')} = 'on' OR"
    f" 'complaints:register' = ANY ((SELECT string_to_array({_reach('grants')}, ','))::text[]))"
)
"""What was found in the company mailbox is for those who take complaints."""
_OF_RECORD: Final = (
    f"({_hanging('beyond', 'complaint_files f WHERE f.sha256 = stored_files.sha256')}"
    f" OR {_held('deck_files')} OR {_held('visit_papers')})"
)
_NEAR: Final = (
    f"CASE {_eyes('reads')} WHEN 'all' THEN true WHEN 'store' THEN store_id IS NULL OR {_HERE}"
    " ELSE false END"
)
_LED: Final = (
    f"CASE {_reach('writes')} WHEN 'all' THEN true WHEN 'store' THEN {_HERE} ELSE false END"
)
_COMPLAINT: Final = _complaints(_eyes("reads"))
_SUMMARY: Final = _in_sight(_reach("reads"), "is_member")

_OTHERS: Final[dict[str, Rules]] = {
    "approvals": {
        "SELECT": (_APPROVAL, None),
        "INSERT": (None, _ASKED),
        "UPDATE": (_APPROVAL, _APPROVAL),
    },
    **{table: _of_complaint(table) for table in OF_COMPLAINTS},
    "complaints": {
        "SELECT": (_COMPLAINT, None),
        "INSERT": (None, _COMPLAINT),
        "UPDATE": (_COMPLAINT, _COMPLAINT),
    },
    "audit_entries": {"SELECT": (_placed("audit"), None), "INSERT": (None, _KNOWN)},
    # Whoever writes down an answer to one locks it.
    "campaigns": {
        "SELECT": (_NEAR, None),
        "INSERT": (None, _LED),
        "UPDATE": (_NEAR, _LED),
        "DELETE": (_LED, None),
    },
    "complaint_decks": {"ALL": (_DECKS, _DECKS)},
    "customer_summaries": {
        "SELECT": (_in_sight(_eyes("reads"), "is_member"), None),
        "INSERT": (None, _SUMMARY),
        "UPDATE": (_SUMMARY, _SUMMARY),
        "DELETE": (_SUMMARY, None),
    },
    "deck_files": {"ALL": (_DECKS, _DECKS)},
    "drafts": {"ALL": (_MINE, _MINE)},
    "import_batches": {"ALL": (_placed("imports"), _placed("imports"))},
    "import_rows": {"ALL": (_OF_BATCH, _OF_BATCH)},
    "jobs": {
        "SELECT": (_JOBS, None),
        "INSERT": (None, _MINE),
        "UPDATE": (_MINE, _MINE),
        "DELETE": (_MINE, None),
    },
    "mailbox_checks": {"ALL": (_MAILBOX, _MAILBOX)},
    "notices": {"ALL": (_MINE, _MINE)},
    "reveals": {"ALL": (_MINE, _MINE)},
    "revisions": {
        "SELECT": (_OF_FILE, None),
        "INSERT": (None, _KNOWN),
        "UPDATE": (_OF_FILE, _OF_FILE),
        "DELETE": (_OF_FILE, None),
    },
    "survey_answers": {"ALL": (_OF_RESPONSE, _OF_RESPONSE)},
    "service_dues": {"ALL": (_OF_CAR, _OF_CAR)},
    # One stores what one cannot see yet: the record that holds it comes after.
    "stored_files": {"SELECT": (_OF_RECORD, None), "INSERT": (None, _KNOWN)},
    # Of their own store's people, for whoever reads its customers.
    "visit_plans": {"ALL": (_placed("reads"), _placed("reads"))},
}
"""The tables that have rules of their own, beside the scoped ones."""


def _member(model: Any) -> str:
    if hasattr(model, "is_member"):
        return "is_member"
    return "is_member_file(customer_id)" if hasattr(model, "customer_id") else "is_member_car(id)"


def _rules_of_scoped(model: Any) -> Rules:
    """Locking a row asks for UPDATE's rows, and one locks what one only sees; so those are the rows
    in sight, and a trigger asks whether the row, as it was, lay in one's hands."""
    seen = _in_sight(_eyes("reads"), _member(model))
    is_open = model.__tablename__ in OPEN_HANDED
    return {
        "SELECT": (seen, None),
        "INSERT": (None, _in_sight(_reach("reads"), _member(model)) if is_open else _IN_HANDS),
        "UPDATE": (seen, _IN_HANDS),
        "DELETE": (_IN_HANDS, None),
    }


def _passing(rows: str) -> str:
    """The same rows, in words by which the planner expects nearly all to pass, not half of them.

    The first wall has chosen the rows already. Expecting few, it would sort a store for a page.
    """
    return f"nullif({rows}, false) IS NOT NULL"


def _policies(table: str, rules: Rules) -> list[str]:
    made = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
    for command, (rows, become) in rules.items():
        using = f" USING ({_passing(rows)})" if rows else ""
        check = f" WITH CHECK ({become})" if become else ""
        made.append(
            f"CREATE POLICY may_{command.lower()} ON {table} FOR {command} TO {ROLE}{using}{check}"
        )
    return made


def policies() -> dict[str, list[str]]:
    """The statements that put each table behind the wall: a migration copies those of a new one."""
    walled = {table: _policies(table, rules) for table, rules in _OTHERS.items()}
    for model in scoped_models():
        table = model.__tablename__
        walled[table] = [
            *_policies(table, _rules_of_scoped(model)),
            f"""CREATE TRIGGER {table}_in_hands BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION was_in_hands()""",
        ]
    return dict(sorted(walled.items()))


# ---- the role, its rights, and what it may ask of the owner

MAKE_ROLE: Final = f"""DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database's migration
END $$"""

GRANTS: Final = (
    f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    f"""ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}""",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {ROLE}",
)

_OWNERS: Final = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
_WAS_IN_HANDS: Final = """CREATE FUNCTION was_in_hands() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        writes text := current_setting('app.writes', true);
        here integer := nullif(current_setting('app.store_id', true), '');
        me integer := nullif(current_setting('app.user_id', true), '');
    BEGIN
        IF writes = 'all' OR writes = 'store' AND old.store_id = here OR writes = 'own' AND
            (old.owner_id = me OR old.owner_id IS NULL AND old.store_id = here)
            OR NOT row_security_active(tg_relid) THEN
            RETURN new;
        END IF;
        RAISE EXCEPTION 'row of % was out of reach', tg_table_name USING ERRCODE = '42501';
    END $$"""
_IS_MEMBER_FILE: Final = f"""CREATE FUNCTION is_member_file(file integer) RETURNS boolean
    LANGUAGE sql STABLE {_OWNERS} AS $$
    SELECT EXISTS (SELECT FROM public.customers WHERE id = file AND is_member) $$"""  # noqa: S608 - our own words
_IS_MEMBER_CAR: Final = f"""CREATE FUNCTION is_member_car(car integer) RETURNS boolean
    LANGUAGE sql STABLE {_OWNERS} AS $$
    SELECT EXISTS (SELECT FROM public.ownerships o JOIN public.customers c ON c.id = o.customer_id
        WHERE o.vehicle_id = car AND c.is_member) $$"""  # noqa: S608 - our own words
# An index over an array is no path for a question that row-level security guards, because `@>` is
# not leakproof. So the owner asks the index, and the wall stands in his question.
# Inside, the index alone is asked: the planner takes the making of an array from the grams of a row
# for nothing, and would rather walk the customers from the newest on, for seconds.
_IS_NAMED: Final = f"""CREATE FUNCTION is_named(complaint integer) RETURNS boolean
    LANGUAGE sql STABLE {_OWNERS} AS $$
    SELECT EXISTS (SELECT FROM public.complaint_people WHERE complaint_id = complaint
        AND user_id = nullif(current_setting('app.user_id', true), '')::integer) $$"""  # noqa: S608 - our own words
_FOUND: Final = f"""CREATE FUNCTION found_by_grams(asked text[], bounds text[], most integer)
    RETURNS SETOF integer LANGUAGE plpgsql STABLE {_OWNERS} SET enable_seqscan = off AS $$
    DECLARE
        term text := 'string_to_array(grams, '' '') @> string_to_array($%s[%s], '' '')';
        terms text := (SELECT string_agg(format(term, 1, n), ' OR ')
            FROM generate_subscripts(asked, 1) n);
        bound text := (SELECT string_agg(format(term, 2, n), ' OR ')
            FROM generate_subscripts(bounds, 1) n);
    BEGIN
        RETURN QUERY EXECUTE 'SELECT customer_id FROM (SELECT * FROM public.customer_summaries'
            || ' WHERE (' || coalesce(terms, 'false') || ') AND (' || coalesce(bound, 'true')
            || $wall$) OFFSET 0) found
            WHERE {_passing(_in_sight(_eyes("reads"), "is_member"))}
            ORDER BY customer_id DESC LIMIT $3 $wall$ USING asked, bounds, most;
    END $$"""  # noqa: S608 - our own words
# The lock asks for rights to change entries, which nobody has.
_LOCK_AUDIT: Final = f"""CREATE FUNCTION lock_audit() RETURNS void LANGUAGE plpgsql {_OWNERS} AS $$
    BEGIN LOCK TABLE public.audit_entries IN SHARE ROW EXCLUSIVE MODE; END $$"""
FUNCTIONS: Final = {
    "was_in_hands()": _WAS_IN_HANDS,
    "is_member_file(integer)": _IS_MEMBER_FILE,
    "is_member_car(integer)": _IS_MEMBER_CAR,
    "is_named(integer)": _IS_NAMED,
    "found_by_grams(text[], text[], integer)": _FOUND,
    "lock_audit()": _LOCK_AUDIT,
}


def _append_only() -> list[str]:
    tables = sorted(
        mapper.class_.__tablename__
        for mapper in Base._sa_registry.mappers  # noqa: SLF001
        if mapper.class_.append_only
    )
    return [f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}" for table in tables]


def statements() -> list[str]:
    """Every statement that builds the wall on complete tables."""
    made = [MAKE_ROLE, *GRANTS, *_append_only()]
    for signature, function in FUNCTIONS.items():
        made += [
            function,
            f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {signature} TO {ROLE}",
        ]
    return [*made, *(ddl for each in policies().values() for ddl in each)]


@event.listens_for(metadata, "after_create")
def build(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    if connection.dialect.name == "postgresql":
        for statement in statements():
            connection.execute(text(statement))
