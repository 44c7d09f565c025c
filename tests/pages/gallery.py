"""Every building block on one page, for the tests and for whoever wants to look at them.

`?lang=en` in the address chooses the language, `?text=…` (several take turns) puts that text into
every place that shows what people typed, `?part=…` draws one part alone.
"""

import datetime as dt
import itertools
import math
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import streamlit as st

from db.models import Channel, Lifecycle
from pages.components import charts, drawers, layout, pickers, tables
from pages.components.customers.colours import label_chip
from pages.components.layout import Chip, Event, Tone
from pages.components.tables import Column, Kind
from pages.components.words import language
from services.customers import Label

st.session_state["language"] = st.query_params.get("lang", "zh_CN")
st.set_page_config(page_title="Gallery", page_icon="static/icon.svg", layout="wide")
TEXTS = itertools.cycle(st.query_params.get_all("text"))
PART = st.query_params.get("part")
CHINESE = language() == "zh_CN"


def typed(chinese: str, english: str) -> str:
    """What a person typed: the next text of the address, if there is one."""
    return next(TEXTS, own(chinese, english))


def own(chinese: str, english: str) -> str:
    """What the product says."""
    return chinese if CHINESE else english


def wanted(part: str) -> bool:
    return PART in (None, part)


class Risk(StrEnum):
    LATE = "late"
    SOON = "soon"
    FINE = "fine"


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    label: str
    plate: str
    phone: str
    tags: tuple[str, ...]
    spent: int | None
    visits: int
    used: float
    seen: dt.datetime
    due: dt.date | None
    link: str


def rows(first: int, count: int) -> list[Row]:
    people = own(
        "王建国 朱莉 吴倩 陈晓 孙丽 秦岭 沈涛 韩梅", "Wang Zhu Wu Chen Sun Qin Shen Han"
    ).split()
    labels = own("现有 重要 潜在 流失", "Existing Important Potential Lost").split()
    return [
        Row(
            id=n,
            name=typed(people[n % 8], people[n % 8]),
            label=labels[n % 4],
            plate=typed(f"浙A{n:05d}", f"浙A{n:05d}"),
            phone=f"138 **** {6200 + n}",
            tags=tuple(typed(*pair) for pair in (("新能源", "EV"), ("置换", "Trade-in"))[: n % 3]),
            spent=None if n % 5 == 0 else 12_345_600 + n * 98_765,
            visits=n % 9,
            used=(n * 17 % 130) / 100,
            seen=dt.datetime(2026, 11, 20, 15, n % 60, tzinfo=dt.UTC),
            due=dt.date(2026, 12, n % 28 + 1) if n % 4 else None,
            link=f"?id={n}",
        )
        for n in range(first, first + count)
    ]


def columns() -> list[Column]:
    tones = dict(
        zip(
            own("现有 重要 潜在 流失", "Existing Important Potential Lost").split(),
            (Tone.GOOD, Tone.SPECIAL, Tone.INFO, Tone.QUIET),
            strict=True,
        )
    )
    return [
        Column("name", own("姓名", "Name"), width=90),
        Column("label", own("关系", "Relation"), Kind.BADGE, tones=tones, width=95),
        Column("plate", own("车牌", "Plate"), width=100),
        Column("phone", own("电话", "Phone"), width=125),
        Column("tags", own("标签", "Tags"), Kind.BADGE, width=130),
        Column("spent", own("消费（元）", "Spent (¥)"), Kind.MONEY, width=100),
        Column("visits", own("到店", "Visits"), Kind.NUMBER, width=70),
        Column("used", own("已用时限", "Time used"), Kind.PROGRESS, width=120, rising_is_bad=True),
        Column("seen", own("最近联系", "Last contact"), Kind.MOMENT, width=135),
        Column("due", own("下次联系", "Next contact"), Kind.DATE, width=100),
        Column("link", own("档案", "File"), Kind.LINK, width=70, link_text=own("打开", "Open")),
    ]


def show_layout() -> None:
    with layout.header(
        own("客户档案", "Customer files"),
        own("杭州滨江店 · 截至 2026-11-21", "Hangzhou Binjiang · as of 2026-11-21"),
    ):
        st.button(own("导入", "Import"), icon=":material/upload:")
        st.button(own("新建客户", "New customer"), icon=":material/add:", type="primary")
    with layout.person(
        typed("王建国", "Wang Jianguo"),
        own("首次购车 2019 年", "Customer since 2019"),
        [
            label_chip(Label.IMPORTANT),
            Chip(typed("新能源车主", "EV owner"), Tone.GOOD),
            Chip(own("12 天后保险到期", "Insured for 12 days"), Tone.WARN, ":material/event:"),
        ],
        about=typed("138 **** 6208", "138 **** 6208"),
    ):
        st.button(own("记录通话", "Log a call"), icon=":material/call:", type="primary")
        if st.button(own("编辑", "Edit"), key="edit"):
            edit()
    with layout.tiles(5):
        vs = own("较上月", "vs last month")
        trend = [math.sin(i / 2) + i / 4 for i in range(12)]
        layout.tile(own("客户", "Customers"), "12,840", vs, delta="+214", trend=trend)
        layout.tile(own("回访完成率", "Call-back rate"), "96.2 %", vs, delta="+1.4 %", trend=trend)
        layout.tile(
            own("未结投诉", "Open complaints"),
            "45",
            vs,
            delta="-7",
            better="less",
            trend=trend[::-1],
        )
        layout.tile(own("流失率", "Lost"), "11.7 %", vs, delta="-0.9 %", better="less")
        layout.tile(own("流失风险", "Risk"), typed("中", "Medium"), own("三个信号", "three signs"))
    left, right = st.columns([7, 3])
    with left:
        show_story()
    with right:
        with layout.card(own("基本资料", "Profile")):
            layout.facts(
                {
                    own("生日", "Birthday"): dt.date(1986, 12, 3),
                    own("首选渠道", "Channel"): Channel.WECHAT,
                    own("会员", "Member"): True,
                    own("单位", "Employer"): typed("杭州某某科技有限公司", "Some Tech Ltd."),
                    own("邮箱", "E-mail"): None,
                    typed("备注", "Note"): typed("18:00 后来电", "Call after 18:00"),
                }
            )
        with layout.card(own("标签", "Labels"), own("颜色各有含义", "Each colour has a meaning")):
            layout.chips(Chip(typed(t.name.title(), t.name.title()), t) for t in Tone)
            layout.chips(label_chip(label) for label in Label)


def show_story() -> None:
    with layout.card(own("往来", "History"), own("最近 90 天", "Last 90 days")):
        about = typed("2026-11-20 15:04 · 张敏", "2026-11-20 15:04 · Zhang Min")
        layout.timeline(
            [
                Event(
                    ":material/support_agent:",
                    typed("投诉受理：等待配件", "Complaint opened: waiting for parts"),
                    about,
                    typed("前保险杠缺货，承诺周五到货。", "Front bumper promised for Friday."),
                    Tone.WARN,
                    Chip(own("剩 19 小时", "19 h left"), Tone.WARN),
                ),
                Event(
                    ":material/call:",
                    typed("首保后回访", "Call after first service"),
                    about,
                    typed("对服务满意；询问冬季胎价格。", "Satisfied; asked for winter tyres."),
                    Tone.INFO,
                    Chip("9 / 10", Tone.GOOD),
                ),
            ]
        )
    with (
        layout.card(
            own("车辆", "Car"),
            own("下次保养 36 天后", "Service in 36 days"),
            name=typed("E7", "E7"),
        ),
        st.container(horizontal=True),
    ):
        st.button(own("预约", "Book"), key="book")
    with layout.empty(
        own("还没有投诉", "No complaints yet"),
        own("客户不满意时在这里登记，时钟随即开始。", "Register one here; its clock then starts."),
        ":material/sentiment_satisfied:",
    ):
        st.button(own("登记投诉", "Register a complaint"), key="register")


def edit() -> None:
    @drawers.drawer(own("编辑客户", "Edit customer"), name=typed("王建国", "Wang Jianguo"))
    def body() -> None:
        st.text_input(own("姓名", "Name"), value=typed("王建国", "Wang Jianguo"))
        pickers.choose(own("首选渠道", "Channel"), Channel, "drawer:channel")
        pickers.day(own("下次联系", "Next contact"), "drawer:day")
        if drawers.confirm(own("保存", "Save"), key="edit"):
            st.rerun()

    body()


def show_tables() -> None:
    after = int(tables.page_after() or 0)
    with layout.card(own("客户", "Customers"), own("按编号", "By number")):
        chosen = tables.rows_table(
            rows(after, 12), columns(), key="people", on_select="rerun", alt="People"
        )
        st.text(f"chosen={chosen}")
        tables.pager(str(after + 12) if after < 36 else None, shown_rows=12, total=48)
    with layout.card(own("打开一次", "Open once")):
        pair = [(n, typed(f"甲{n}", f"A{n}"), Risk.LATE.value) for n in range(3)]
        tones = {"late": Tone.BAD}
        short = [
            Column("name", own("姓名", "Name")),
            Column("risk", "Risk", Kind.BADGE, tones=tones),
        ]
        opened = tables.rows_table(pair, short, key="once", on_select="once")
        st.text(f"opened={opened}")


def show_charts() -> None:
    weeks = [dt.date(2026, 5, 4) + dt.timedelta(weeks=i) for i in range(28)]
    csi = [88.5 + i * 0.14 + math.sin(i * 1.3) * 0.5 for i in range(28)]
    about = own("全部门店，近 28 周，对比目标", "All stores, 28 weeks, against the target")
    causes = (
        own(
            "维修质量 交车延迟 配件等待 服务态度 费用争议 续航衰减 车机故障 活动兑现",
            "Repair-quality Late-delivery Parts Attitude Price Range Head-unit Promises",
        )
        .replace("-", " " if False else "\u00a0")
        .split(" ")
    )
    causes = [typed(cause, cause) for cause in causes]
    target = charts.Target(typed("目标", "Target"), 91)
    left, right = st.columns(2)
    with left, layout.card():
        figure = charts.line(
            weeks,
            [charts.Series(typed("满意度", "CSI"), csi), charts.Series("N", [v - 2 for v in csi])],
            target=target,
        )
        charts.draw(
            figure,
            key="line",
            reading=typed("满意度九月起高于目标", "Above the target since September"),
            about=about,
        )
    with right, layout.card():
        figure = charts.pareto(
            causes,
            [86, 61, 47, 31, 22, 14, 11, 6],
            count_name=typed("件数", "Number"),
            share_name=own("累计占比", "Running share"),
        )
        reading = own("四个原因占投诉的 81%", "Four causes make 81 % of complaints")
        charts.draw(figure, key="pareto", reading=reading, about=about)
    left, right = st.columns(2)
    stores = [
        typed(name, name) for name in ("杭州滨江店", "宁波鄞州店", "温州瓯海店", "绍兴柯桥店")
    ]
    with left, layout.card():
        kinds = [own("已接通", "Reached"), own("未接", "No answer"), typed("拒访", "Refused")]
        parts = [charts.Series(k, [40 + i, 30 - i, 22, 9]) for i, k in enumerate(kinds)]
        figure = charts.stacked(stores, parts)
        charts.draw(figure, key="stacked", reading=own("滨江店接通最多", "Binjiang reaches most"))
    with right, layout.card():
        values = [0.981, 0.942, 0.9, 0.885]
        figure = charts.lying(
            stores,
            [charts.Series(own("按时率", "On time"), values)],
            target=charts.Series(own("目标", "Target"), [0.95] * 4),
            share=True,
        )
        charts.draw(
            figure, key="bar", reading=own("一店达标", "One store is on target"), about=about
        )
    left, right = st.columns(2)
    models = [typed(name, name) for name in ("云岭 山行 X7 插混", "青禾 谷雨 SUV", "E7")]
    with left, layout.card():
        figure = charts.heat(causes[:3], models, [[6, 0, 2], [1, 3, 0], [0, 1, 1]])
        charts.draw(figure, key="heat", reading=own("X7 最多", "X7 most of all"), about=about)
    with right, layout.card():
        figure = charts.flow(
            [(stores[0], stores[1], 5), (stores[1], stores[0], 2), (stores[0], stores[2], 1)],
            source_name=typed("转出", "From"),
            target_name=typed("接收", "To"),
        )
        charts.draw(figure, key="flow", reading=own("滨江店转出最多", "Binjiang hands on most"))


def show_pickers() -> None:
    stores = [(1, typed("杭州滨江店", "Hangzhou")), (2, typed("宁波鄞州店", "Ningbo"))]
    named = typed("门店", "Store")
    with layout.card(own("筛选", "Filters")):
        with st.grid(4, min_column_width=150):
            lifecycle = pickers.filter_choice(own("关系", "Relation"), Lifecycle, "lifecycle")
            store = pickers.filter_pair(named, stores, "store")
            period = pickers.filter_period(
                own("期间", "Period"), "period", (dt.date(2026, 11, 1), dt.date(2026, 11, 21))
            )
        grain = pickers.switch(
            own("粒度", "Grain"), {"w": own("周", "Week"), "m": typed("月", "Month")}, "grain", "m"
        )
        states = {"new": typed("待受理", "New"), "open": own("处理中", "In hand")}
        pills = pickers.filter_pills(own("状态", "State"), states, "state")
        st.text(f"filters={lifecycle},{store},{period[0]},{period[1]},{grain},{pills}")
        search()
    with layout.card(own("表单", "Form")), st.grid(4, min_column_width=150):
        pickers.choose(own("渠道", "Channel"), Channel, "channel")
        pickers.choose_pair(named, stores, "store_of", value=2)
        pickers.day(own("下次联系", "Next contact"), "next")
        st.file_uploader(own("附件", "File"), key="file")


@st.fragment
def search() -> None:
    words = pickers.search_box("q", typed("姓名、车牌、手机、拼音首字母", "Name, plate, phone"))
    st.text(f"searched={words}")


layout.brand()
with st.sidebar:
    st.caption("Gallery")
for part, show in {
    "layout": show_layout,
    "tables": show_tables,
    "charts": show_charts,
    "pickers": show_pickers,
}.items():
    if wanted(part):
        show()
