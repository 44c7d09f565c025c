"""The ledger of complaints: what came in, what happened to it, what was done about it.

The trees of categories and causes are planted as delivered; the department changes them later.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT = sa.DateTime(timezone=True)


def _known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="RESTRICT")


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


HEADINGS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "category": (
        ("sales", "销售", "Sales"),
        ("sales.contract", "合同与订单", "Contract and order"),
        ("sales.contract.terms", "条款与约定不符", "Terms not as agreed"),
        ("sales.contract.deposit", "定金退还", "Refund of the deposit"),
        ("sales.delivery", "交车", "Delivery"),
        ("sales.delivery.late", "延期交车", "Late delivery"),
        ("sales.delivery.condition", "交车车况", "Condition at delivery"),
        ("sales.delivery.papers", "随车资料与上牌", "Papers and registration"),
        ("sales.finance", "贷款与保险", "Loan and insurance"),
        ("sales.finance.tied", "捆绑销售", "Tied selling"),
        ("sales.finance.refund", "保证金与退费", "Guarantee money and refunds"),
        ("service", "售后服务", "Service"),
        ("service.repair", "维修质量", "Quality of repair"),
        ("service.repair.repeat", "重复维修", "Repeat repair"),
        ("service.repair.damage", "维修中损坏", "Damaged in the workshop"),
        ("service.repair.diagnosis", "诊断有误", "Wrong diagnosis"),
        ("service.process", "服务过程", "Process"),
        ("service.process.explained", "项目未说明", "Work not explained"),
        ("service.process.extra", "未经同意增项", "Work not ordered"),
        ("service.warranty", "质保与索赔", "Warranty and claims"),
        ("service.warranty.refused", "索赔被拒", "Claim refused"),
        ("parts", "配件", "Parts"),
        ("parts.supply", "供应", "Supply"),
        ("parts.supply.waiting", "缺件等待", "Waiting for parts"),
        ("parts.genuine", "真伪与质量", "Genuineness and quality"),
        ("parts.genuine.doubt", "疑非原厂件", "Doubts that a part is genuine"),
        ("quality", "产品质量", "Product quality"),
        ("quality.engine", "动力系统", "Engine and drive"),
        ("quality.engine.noise", "异响抖动", "Noise and vibration"),
        ("quality.engine.stall", "熄火与动力中断", "Stalling and loss of power"),
        ("quality.battery", "三电系统", "Battery and electric drive"),
        ("quality.battery.range", "续航衰减", "Loss of range"),
        ("quality.body", "车身与内饰", "Body and interior"),
        ("quality.body.paint", "漆面与锈蚀", "Paint and rust"),
        ("quality.body.smell", "车内异味", "Smell inside"),
        ("quality.electronics", "车机与电子", "Electronics"),
        ("quality.electronics.system", "车机故障", "Faults of the infotainment"),
        ("quality.safety", "安全", "Safety"),
        ("quality.safety.brakes", "制动与转向", "Brakes and steering"),
        ("quality.safety.airbag", "气囊与事故", "Airbags and accidents"),
        ("price", "价格", "Price"),
        ("price.change", "降价与保价", "Price cuts"),
        ("price.charge", "收费", "Charges"),
        ("price.charge.high", "收费过高", "Charged too much"),
        ("price.charge.hidden", "不透明收费", "Hidden charges"),
        ("attitude", "服务态度", "Attitude"),
        ("attitude.cold", "冷漠推诿", "Cold, passed on"),
        ("attitude.rude", "言语不当", "Rude words"),
        ("time", "时间", "Time"),
        ("time.waiting", "等待过久", "Waiting too long"),
        ("time.appointment", "预约未履行", "Appointment not kept"),
        ("time.late", "逾期交付", "Not ready when promised"),
        ("promise", "承诺", "Promises"),
        ("promise.gift", "赠品未兑现", "Gifts not given"),
        ("promise.call", "未按约回复", "Not called back"),
        ("promise.service", "承诺服务未兑现", "Promised service not given"),
        ("club", "会员与活动", "Club"),
        ("club.points", "积分", "Points"),
        ("club.benefit", "会员权益", "Benefits"),
        ("club.event", "活动", "Events"),
    ),
    "cause": (
        ("people", "人员", "People"),
        ("people.skill", "技能不足", "Lack of skill"),
        ("people.attitude", "服务意识", "Attitude"),
        ("people.duty", "未尽职责", "Duty not done"),
        ("process", "流程", "Process"),
        ("process.missing", "流程缺失", "No process"),
        ("process.unclear", "流程不清", "Unclear process"),
        ("process.ignored", "未按流程", "Process not followed"),
        ("product", "产品", "Product"),
        ("product.design", "设计", "Design"),
        ("product.making", "制造", "Manufacture"),
        ("parts", "配件", "Parts"),
        ("parts.stock", "库存计划", "Stock planning"),
        ("parts.supplier", "供应商", "Supplier"),
        ("information", "信息", "Information"),
        ("information.wrong", "信息错误", "Wrong information"),
        ("information.late", "传递不及时", "Passed on too late"),
        ("information.system", "系统问题", "System fault"),
        ("outside", "外部", "Outside"),
        ("outside.maker", "厂家政策", "The maker's policy"),
        ("outside.logistics", "物流", "Logistics"),
        ("outside.customer", "客户使用", "The customer's use"),
        ("outside.authority", "主管部门", "Authorities"),
    ),
}
"""Tree: (code, in Chinese, in English) of each node, parents first."""

TABLES = (
    "headings",
    "complaints",
    "cause_actions",
    "complaint_events",
    "complaint_files",
    "complaint_people",
    "complaint_steps",
    "remedies",
)

USER = "(SELECT nullif(current_setting('app.user_id', true), '')::integer)"
STORE = "(SELECT nullif(current_setting('app.store_id', true), '')::integer)"
BEYOND = "(SELECT current_setting('app.beyond', true))"
EYES = """(SELECT CASE current_setting('app.beyond', true) WHEN 'on' THEN 'all'
    ELSE current_setting('app.{}', true) END)"""
IN_SIGHT = f"""(CASE {EYES.format("reads")} WHEN 'all' THEN NOT is_legal OR {BEYOND} = 'on'
    WHEN 'store' THEN NOT is_legal AND store_id = {STORE}
    WHEN 'members' THEN NOT is_legal AND is_member_file(customer_id)
    AND ({STORE} IS NULL OR store_id = {STORE}) ELSE false END
    OR NOT is_legal AND (handler_id = {USER} OR accountable_id = {USER}) OR is_named(id))"""
OF_ONE = f"""CASE {EYES.format("beyond")} WHEN 'all' THEN true
    ELSE EXISTS (SELECT FROM complaints c WHERE c.id = {{}}.complaint_id) END"""
PASSING = "nullif({}, false) IS NOT NULL"
IS_NAMED = """CREATE FUNCTION is_named(complaint integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.complaint_people WHERE complaint_id = complaint
        AND user_id = nullif(current_setting('app.user_id', true), '')::integer) $$"""
OF_COMPLAINTS = (
    "cause_actions",
    "complaint_events",
    "complaint_files",
    "complaint_people",
    "complaint_steps",
    "remedies",
)


def upgrade() -> None:
    _headings()
    _complaints()
    _cause_actions()
    _complaint_events()
    _complaint_files()
    _complaint_people()
    _complaint_steps()
    _remedies()
    _plant()
    _guard()


def _headings() -> None:
    op.create_table(
        "headings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tree", _known("headingtree_known", "category", "cause"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _refers("headings", "parent_id", "headings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headings")),
    )
    op.create_index("ix_headings_code", "headings", ["tree", "code"], unique=True)


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=14), nullable=False),
        sa.Column("external_no", sa.String(length=60), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("registered_at", AT, nullable=False),
        sa.Column(
            "kind",
            _known("complaintkind_known", "enquiry", "suggestion", "grumble", "complaint"),
            nullable=False,
        ),
        sa.Column(
            "channel",
            _known(
                "complaintchannel_known",
                "hotline",
                "walk_in",
                "letter",
                "email",
                "forum",
                "wechat",
                "maker",
                "regulator",
                "return_visit",
            ),
            nullable=False,
        ),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("words", sa.String(length=10000), nullable=False),
        sa.Column("demand", sa.String(length=2000), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("severity", _known("severity_known", "l1", "l2", "l3", "l4"), nullable=False),
        sa.Column("urgency", _known("urgency_known", "ordinary", "urgent"), nullable=False),
        sa.Column("first_responder_id", sa.Integer(), nullable=False),
        sa.Column("accountable_id", sa.Integer(), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=False),
        sa.Column(
            "department",
            _known(
                "department_known",
                "customer_relations",
                "sales",
                "service",
                "parts",
                "technical",
                "finance",
                "club",
                "legal",
                "management",
            ),
            nullable=False,
        ),
        sa.Column("spokesperson_id", sa.Integer(), nullable=True),
        sa.Column("is_safety", sa.Boolean(), nullable=False),
        sa.Column("is_media", sa.Boolean(), nullable=False),
        sa.Column("is_legal", sa.Boolean(), nullable=False),
        sa.Column("has_director", sa.Boolean(), nullable=False),
        sa.Column("promised_at", AT, nullable=True),
        sa.Column(
            "stage",
            _known(
                "stage_known",
                "registered",
                "acknowledged",
                "triaged",
                "investigating",
                "proposal_ready",
                "proposed",
                "rejected",
                "agreed",
                "executing",
                "replied",
                "closed",
                "surveyed",
                "merged",
                "withdrawn",
            ),
            nullable=False,
        ),
        sa.Column("waiting_for", _known("waitingfor_known", "customer", "outside"), nullable=True),
        sa.Column(
            "finding", _known("finding_known", "justified", "partly", "unjustified"), nullable=True
        ),
        sa.Column("cause_id", sa.Integer(), nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("legal_stage", sa.String(length=200), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("would_return", sa.Boolean(), nullable=True),
        sa.Column("closed_at", AT, nullable=True),
        sa.Column("acknowledge_due_at", AT, nullable=True),
        sa.Column("answer_due_at", AT, nullable=True),
        sa.Column("propose_due_at", AT, nullable=True),
        sa.Column("close_due_at", AT, nullable=True),
        sa.Column("next_due_at", AT, nullable=True),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_complaints_not_its_own_parent")),
        sa.CheckConstraint(
            "received_at <= registered_at", name=op.f("ck_complaints_received_before_registered")
        ),
        sa.CheckConstraint("reopen_count >= 0", name=op.f("ck_complaints_reopenings_counted")),
        sa.CheckConstraint(
            "satisfaction BETWEEN 1 AND 5", name=op.f("ck_complaints_satisfaction_on_its_scale")
        ),
        _refers("complaints", "accountable_id", "users"),
        _refers("complaints", "category_id", "headings"),
        _refers("complaints", "cause_id", "headings"),
        _refers("complaints", "customer_id", "customers"),
        _refers("complaints", "first_responder_id", "users"),
        _refers("complaints", "handler_id", "users"),
        _refers("complaints", "order_id", "orders"),
        _refers("complaints", "parent_id", "complaints"),
        _refers("complaints", "spokesperson_id", "users"),
        _refers("complaints", "store_id", "stores"),
        _refers("complaints", "vehicle_id", "vehicles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("number", name=op.f("uq_complaints_number")),
    )
    _index("complaints", "accountable_id")
    _index("complaints", "category_id")
    op.create_index("ix_complaints_cause", "complaints", ["cause_id", "received_at"])
    _index("complaints", "closed_at")
    _index("complaints", "customer_id")
    _index("complaints", "external_no")
    _index("complaints", "first_responder_id")
    op.create_index("ix_complaints_handler_list", "complaints", ["handler_id", "id"])
    _index("complaints", "parent_id")
    _index("complaints", "phone")
    _index("complaints", "received_at")
    _index("complaints", "stage")
    op.create_index("ix_complaints_store_list", "complaints", ["store_id", "id"])
    _index("complaints", "vehicle_id")
    op.create_index(
        "ix_complaints_wall",
        "complaints",
        ["store_id", "next_due_at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _cause_actions() -> None:
    op.create_table(
        "cause_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", _known("actionkind_known", "corrective", "preventive", "idea"), nullable=False
        ),
        sa.Column("what", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("check_on", sa.Date(), nullable=False),
        sa.Column("checked_at", AT, nullable=True),
        sa.Column("verdict", _known("verdict_known", "effective", "ineffective"), nullable=True),
        sa.Column("recurrences", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verdict IS NULL) = (checked_at IS NULL)",
            name=op.f("ck_cause_actions_checked_with_a_verdict"),
        ),
        _refers("cause_actions", "complaint_id", "complaints"),
        _refers("cause_actions", "owner_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_actions")),
    )
    _index("cause_actions", "complaint_id")
    _index("cause_actions", "owner_id")
    op.create_index(
        "ix_cause_actions_unchecked",
        "cause_actions",
        ["check_on"],
        sqlite_where=sa.text("verdict IS NULL"),
        postgresql_where=sa.text("verdict IS NULL"),
    )


def _complaint_events() -> None:
    op.create_table(
        "complaint_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            _known(
                "eventkind_known",
                "registered",
                "acknowledged",
                "triaged",
                "levelled",
                "transferred",
                "covered",
                "contacted",
                "noted",
                "asked",
                "helped",
                "found",
                "prepared",
                "proposed",
                "agreed",
                "rejected",
                "executed",
                "replied",
                "confirmed",
                "accepted",
                "paused",
                "resumed",
                "flagged",
                "closed",
                "surveyed",
                "reopened",
                "merged",
                "withdrawn",
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            _known(
                "stage_known",
                "registered",
                "acknowledged",
                "triaged",
                "investigating",
                "proposal_ready",
                "proposed",
                "rejected",
                "agreed",
                "executing",
                "replied",
                "closed",
                "surveyed",
                "merged",
                "withdrawn",
            ),
            nullable=False,
        ),
        sa.Column("severity", _known("severity_known", "l1", "l2", "l3", "l4"), nullable=False),
        sa.Column("urgency", _known("urgency_known", "ordinary", "urgent"), nullable=False),
        sa.Column(
            "department",
            _known(
                "department_known",
                "customer_relations",
                "sales",
                "service",
                "parts",
                "technical",
                "finance",
                "club",
                "legal",
                "management",
            ),
            nullable=False,
        ),
        sa.Column("handler_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.CheckConstraint(
            "at <= recorded_at", name=op.f("ck_complaint_events_written_down_afterwards")
        ),
        _refers("complaint_events", "actor_id", "users"),
        _refers("complaint_events", "complaint_id", "complaints"),
        _refers("complaint_events", "handler_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_events")),
    )
    op.create_index(
        "ix_complaint_events_seq", "complaint_events", ["complaint_id", "seq"], unique=True
    )


def _complaint_files() -> None:
    op.create_table(
        "complaint_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        _refers("complaint_files", "added_by_id", "users"),
        _refers("complaint_files", "complaint_id", "complaints"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_files")),
    )
    _index("complaint_files", "complaint_id")


def _complaint_people() -> None:
    op.create_table(
        "complaint_people",
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("part", _known("partin_known", "named", "asked"), nullable=False),
        sa.Column("since", AT, nullable=False),
        _refers("complaint_people", "complaint_id", "complaints"),
        _refers("complaint_people", "user_id", "users"),
        sa.PrimaryKeyConstraint(
            "complaint_id", "user_id", "part", name=op.f("pk_complaint_people")
        ),
    )
    op.create_index("ix_complaint_people_user", "complaint_people", ["user_id", "complaint_id"])


def _complaint_steps() -> None:
    op.create_table(
        "complaint_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column(
            "department",
            _known(
                "department_known",
                "customer_relations",
                "sales",
                "service",
                "parts",
                "technical",
                "finance",
                "club",
                "legal",
                "management",
            ),
            nullable=False,
        ),
        sa.Column("question", sa.String(length=2000), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_of_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by_id IS NULL)",
            name=op.f("ck_complaint_steps_done_by_somebody"),
        ),
        sa.CheckConstraint(
            "asked_at <= due_at", name=op.f("ck_complaint_steps_due_after_it_was_asked")
        ),
        _refers("complaint_steps", "asked_by_id", "users"),
        _refers("complaint_steps", "asked_of_id", "users"),
        _refers("complaint_steps", "complaint_id", "complaints"),
        _refers("complaint_steps", "done_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_steps")),
    )
    _index("complaint_steps", "asked_of_id")
    _index("complaint_steps", "complaint_id")


def _remedies() -> None:
    op.create_table(
        "remedies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _known(
                "remedykind_known",
                "spoken_apology",
                "written_apology",
                "compensation",
                "repair",
                "exchange",
                "refund",
                "improvement",
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=True),
        sa.Column("account_code", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            _known(
                "remedystate_known", "planned", "waiting", "approved", "refused", "done", "dropped"
            ),
            nullable=False,
        ),
        sa.Column("planned_at", AT, nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("paid_at", AT, nullable=True),
        sa.CheckConstraint(
            "(amount_fen IS NOT NULL) = (kind IN ('compensation', 'refund'))",
            name=op.f("ck_remedies_money_has_an_amount"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_remedies_an_amount_is_above_nothing")),
        _refers("remedies", "approved_by_id", "users"),
        _refers("remedies", "complaint_id", "complaints"),
        _refers("remedies", "planned_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedies")),
    )
    _index("remedies", "complaint_id")


def _plant() -> None:
    headings = sa.table(
        "headings",
        *(sa.column(name) for name in ("id", "tree", "code", "parent_id", "name", "name_en")),
        sa.column("is_active", sa.Boolean()),
    )
    rows: list[dict[str, Any]] = []
    for tree, nodes in HEADINGS.items():
        ids: dict[str, int] = {}
        for code, name, name_en in nodes:
            ids[code] = len(rows) + 1
            above = ids.get(code.rpartition(".")[0])
            rows.append(
                {
                    "id": ids[code],
                    "tree": tree,
                    "code": code,
                    "parent_id": above,
                    "name": name,
                    "name_en": name_en,
                    "is_active": True,
                }
            )
    op.bulk_insert(headings, rows)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('headings', 'id'), max(id)) FROM headings")


def _guard() -> None:
    """Events are added and never changed; on PostgreSQL each row is kept for those who may."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"""CREATE TRIGGER complaint_events_no_{deed.lower()} BEFORE {deed}
        ON complaint_events
        BEGIN SELECT RAISE(ABORT, 'complaint_events is append-only'); END"""
            )
        return
    op.execute("""CREATE FUNCTION complaint_events_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'complaint_events is append-only' USING ERRCODE = '23001'; END $$""")
    op.execute("""CREATE TRIGGER complaint_events_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON complaint_events
        FOR EACH STATEMENT EXECUTE FUNCTION complaint_events_append_only()""")
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON complaint_events FROM crm_app")
    op.execute(IS_NAMED)
    op.execute("REVOKE EXECUTE ON FUNCTION is_named(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION is_named(integer) TO crm_app")
    _wall("complaints", "SELECT", IN_SIGHT, None)
    _wall("complaints", "INSERT", None, IN_SIGHT)
    _wall("complaints", "UPDATE", IN_SIGHT, IN_SIGHT)
    for table in OF_COMPLAINTS:
        _wall(table, "ALL", OF_ONE.format(table), OF_ONE.format(table))
    for table in ("complaints", *OF_COMPLAINTS):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def _wall(table: str, command: str, rows: str | None, become: str | None) -> None:
    op.execute(
        f"CREATE POLICY may_{command.lower()} ON {table} FOR {command} TO crm_app"
        + (f" USING ({PASSING.format(rows)})" if rows else "")
        + (f" WITH CHECK ({become})" if become else "")
    )


def downgrade() -> None:
    for table in ("complaints", "headings"):  # SQLite takes the rows of a table out one by one
        op.execute(f"UPDATE {table} SET parent_id = NULL")  # noqa: S608 - our own words
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION is_named(integer)")
        op.execute("DROP FUNCTION complaint_events_append_only()")
