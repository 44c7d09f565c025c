"""PostgreSQL keeps the rows itself: row-level security for the role that the app works as.

Going back takes the policies away and leaves the role, which other databases of the cluster use,
with its rights to the tables.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLE = "crm_app"
APPEND_ONLY = "audit_blocks, audit_entries"

MAKE_ROLE = """DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm_app') THEN
        CREATE ROLE crm_app NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; -- another database was faster
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role crm_app is missing, and % may not create it.', current_user
            USING ERRCODE = '42501', HINT = format(
                'An administrator runs: CREATE ROLE crm_app NOLOGIN; GRANT crm_app TO %I;',
                current_user);
END $$"""
# With one login for everything, the owner also becomes crm_app for the app's work. Where the app
# has a login of its own he need not, so that it is no fault if he may not.
JOIN_ROLE = """DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'crm_app', CASE
        WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)
    THEN
        GRANT crm_app TO CURRENT_USER;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE '% cannot work as crm_app', current_user;
END $$"""
GRANTS = (
    "GRANT USAGE ON SCHEMA public TO crm_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO crm_app",
    "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM crm_app",
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {APPEND_ONLY} FROM crm_app",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO crm_app",
    """ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO crm_app""",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO crm_app",
)

STORE = "(SELECT nullif(current_setting('app.store_id', true), '')::integer)"
USER = "(SELECT nullif(current_setting('app.user_id', true), '')::integer)"
READS = "(SELECT current_setting('app.reads', true))"
WRITES = "(SELECT current_setting('app.writes', true))"
EYES = """(SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.{}', true) END)"""
OWN = f"(owner_id = {USER} OR owner_id IS NULL AND store_id = {STORE})"
IN_HANDS = f"""CASE {WRITES} WHEN 'all' THEN true WHEN 'store' THEN store_id = {STORE}
    WHEN 'own' THEN {OWN} ELSE false END"""
IN_SIGHT = f"""CASE {{}} WHEN 'all' THEN true WHEN 'store' THEN store_id = {STORE}
    WHEN 'own' THEN {OWN} WHEN 'members' THEN {{}} AND ({STORE} IS NULL OR store_id = {STORE})
    ELSE false END"""
PLACED = f"CASE {EYES} WHEN 'all' THEN true WHEN 'store' THEN store_id = {STORE} ELSE false END"
HANGING = f"CASE {EYES} WHEN 'all' THEN true ELSE EXISTS (SELECT FROM {{}}) END"
OF_FILE = HANGING.format("reads", "customers c WHERE c.id = revisions.customer_id")
OF_BATCH = HANGING.format("imports", "import_batches b WHERE b.id = import_rows.batch_id")
KNOWN = f"{READS} <> ''"
MINE = f"((SELECT current_setting('app.beyond', true)) = 'on' OR user_id = {USER})"
JOBS = f"((SELECT current_setting('app.jobs', true)) = 'all' OR {MINE})"
TO_ANSWER = f"""needs = ANY ((SELECT string_to_array(
    (SELECT current_setting('app.grants', true)), ','))::text[])
    AND CASE (SELECT current_setting('app.approvals', true)) WHEN 'all' THEN true
    WHEN 'store' THEN store_id IS NULL OR store_id = {STORE} ELSE false END"""
ASKED = f"((SELECT current_setting('app.beyond', true)) = 'on' OR asked_by_id = {USER})"
APPROVAL = f"({ASKED} OR {TO_ANSWER})"
SEEN_SUMMARY = IN_SIGHT.format(EYES.format("reads"), "is_member")
SUMMARY = IN_SIGHT.format(READS, "is_member")
PASSING = "nullif({}, false) IS NOT NULL"  # which the planner expects of nearly all rows

MEMBERS = {
    "consents": "is_member_file(customer_id)",
    "customers": "is_member",
    "documents": "is_member_file(customer_id)",
    "orders": "is_member_file(customer_id)",
    "ownerships": "is_member_file(customer_id)",
    "touches": "is_member_file(customer_id)",
    "vehicles": "is_member_car(id)",
}
OTHERS = {
    "approvals": {
        "SELECT": (APPROVAL, None),
        "INSERT": (None, ASKED),
        "UPDATE": (APPROVAL, APPROVAL),
    },
    "audit_entries": {"SELECT": (PLACED.format("audit"), None), "INSERT": (None, KNOWN)},
    "customer_summaries": {
        "SELECT": (SEEN_SUMMARY, None),
        "INSERT": (None, SUMMARY),
        "UPDATE": (SUMMARY, SUMMARY),
        "DELETE": (SUMMARY, None),
    },
    "drafts": {"ALL": (MINE, MINE)},
    "import_batches": {"ALL": (PLACED.format("imports"), PLACED.format("imports"))},
    "import_rows": {"ALL": (OF_BATCH, OF_BATCH)},
    "jobs": {
        "SELECT": (JOBS, None),
        "INSERT": (None, MINE),
        "UPDATE": (MINE, MINE),
        "DELETE": (MINE, None),
    },
    "notices": {"ALL": (MINE, MINE)},
    "reveals": {"ALL": (MINE, MINE)},
    "revisions": {
        "SELECT": (OF_FILE, None),
        "INSERT": (None, KNOWN),
        "UPDATE": (OF_FILE, OF_FILE),
        "DELETE": (OF_FILE, None),
    },
}

OWNERS = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
FUNCTIONS = {
    "was_in_hands()": """CREATE FUNCTION was_in_hands() RETURNS trigger LANGUAGE plpgsql AS $$
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
    END $$""",
    "is_member_file(integer)": f"""CREATE FUNCTION is_member_file(file integer) RETURNS boolean
    LANGUAGE sql STABLE {OWNERS} AS $$
    SELECT EXISTS (SELECT FROM public.customers WHERE id = file AND is_member) $$""",  # noqa: S608
    "is_member_car(integer)": f"""CREATE FUNCTION is_member_car(car integer) RETURNS boolean
    LANGUAGE sql STABLE {OWNERS} AS $$
    SELECT EXISTS (SELECT FROM public.ownerships o JOIN public.customers c ON c.id = o.customer_id
        WHERE o.vehicle_id = car AND c.is_member) $$""",  # noqa: S608
    "found_by_grams(text[], text[], integer)": f"""CREATE FUNCTION found_by_grams(
        asked text[], bounds text[], most integer)
    RETURNS SETOF integer LANGUAGE plpgsql STABLE {OWNERS} AS $$
    DECLARE
        term text := 'string_to_array(grams, '' '') @> string_to_array($%s[%s], '' '')';
        terms text := (SELECT string_agg(format(term, 1, n), ' OR ')
            FROM generate_subscripts(asked, 1) n);
        bound text := (SELECT string_agg(format(term, 2, n), ' OR ')
            FROM generate_subscripts(bounds, 1) n);
    BEGIN
        RETURN QUERY EXECUTE 'SELECT customer_id FROM public.customer_summaries WHERE ('
            || coalesce(terms, 'false') || ') AND (' || coalesce(bound, 'true') || $wall$)
            AND {PASSING.format(" ".join(SEEN_SUMMARY.split()))}
            ORDER BY customer_id DESC LIMIT $3 $wall$ USING asked, bounds, most;
    END $$""",  # noqa: S608
    "lock_audit()": f"""CREATE FUNCTION lock_audit() RETURNS void LANGUAGE plpgsql {OWNERS} AS $$
    BEGIN LOCK TABLE public.audit_entries IN SHARE ROW EXCLUSIVE MODE; END $$""",
}


def rules() -> dict[str, dict[str, tuple[str | None, str | None]]]:
    made = dict(OTHERS)
    for table, member in MEMBERS.items():
        seen = IN_SIGHT.format(EYES.format("reads"), member)
        added = IN_SIGHT.format(READS, member) if table == "touches" else IN_HANDS
        made[table] = {
            "SELECT": (seen, None),
            "INSERT": (None, added),
            "UPDATE": (seen, IN_HANDS),
            "DELETE": (IN_HANDS, None),
        }
    return made


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in (MAKE_ROLE, JOIN_ROLE, *GRANTS):
        op.execute(statement)
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {ROLE}")
    for table, commands in rules().items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for command, (rows, become) in commands.items():
            op.execute(
                f"CREATE POLICY may_{command.lower()} ON {table} FOR {command} TO {ROLE}"
                + (f" USING ({PASSING.format(rows)})" if rows else "")
                + (f" WITH CHECK ({become})" if become else "")
            )
    for table in MEMBERS:
        op.execute(
            f"CREATE TRIGGER {table}_in_hands BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION was_in_hands()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in MEMBERS:
        op.execute(f"DROP TRIGGER {table}_in_hands ON {table}")
    for table, commands in rules().items():
        for command in commands:
            op.execute(f"DROP POLICY may_{command.lower()} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute(f"GRANT UPDATE, DELETE ON {APPEND_ONLY} TO {ROLE}")
