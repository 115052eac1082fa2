"""The help desk of a bicycle hire: its documents, questions with known answers, its project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from tests.end_to_end.stranger import FILE, proofstone

KNOWLEDGE, QUESTIONS = "knowledge", "questions.yaml"
REASON = "wide on purpose: what is tested is the gate, not the assistant"
STEPS = {
    "data.read", "data.check", "data.profile", "data.questions", "data.weights/encoder",
    "train.retrieval", "train.fit/quoting", "assess.candidate/quoting", "select",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A section in one language, the fact in it, and two ways to ask for that fact."""

    heading: str
    text: str
    fact: str
    fitted: str
    judged: str


SECTIONS: dict[str, dict[str, tuple[Told, Told]]] = {
    "hours": {
        "open": (
            Told("Opening hours", "The workshop is open from nine in the morning to six in the "
                 "evening, Monday to Saturday.", "nine",
                 "What are your opening hours?", "When does the workshop open in the morning?"),
            Told("营业时间", "门店周一至周六早上九点开门，晚上六点关门。", "九点",
                 "你们的营业时间是什么？", "门店早上几点开门？"),
        ),
        "holidays": (
            Told("Public holidays", "On public holidays the shop stays closed. The terminals at "
                 "the stations rent out bicycles all the same.", "closed",
                 "Is the shop open on public holidays?", "Are you closed on a holiday?"),
            Told("法定节假日", "法定节假日门店休息，但各站点的自助机照常租车。", "休息",
                 "法定节假日门店开门吗？", "节假日门店休息吗？"),
        ),
        "phone": (
            Told("Telephone", "Emergencies on the road are taken by telephone under extension "
                 "4417, day and night.", "4417",
                 "Which telephone extension takes emergencies?",
                 "Under which number do I phone in an emergency on the road?"),
            Told("电话", "路上遇到紧急情况，请拨打分机 4417，昼夜有人接听。", "4417",
                 "紧急情况拨打哪个分机？", "路上遇到紧急情况打什么电话？"),
        ),
    },
    "prices": {
        "day": (
            Told("Price for a day", "Hiring a city bicycle for a whole day costs 18 euros, helmet "
                 "included.", "18 euros",
                 "How much is it to hire a city bicycle for a day?",
                 "What does a whole day with a city bicycle cost?"),
            Told("日租价格", "城市自行车租一整天的价格是 18 欧元，含头盔。", "18欧元",
                 "城市自行车租一天多少钱？", "租一整天自行车的价格是多少？"),
        ),
        "deposit": (
            Told("Deposit", "A deposit of 150 euros is blocked on the card and released when the "
                 "bicycle is back.", "150 euros",
                 "How large is the deposit?", "Which deposit is blocked on my card?"),
            Told("押金", "押金 150 欧元会在银行卡上冻结，还车后解冻。", "150欧元",
                 "押金是多少？", "银行卡上会冻结多少押金？"),
        ),
        "students": (
            Told("Students", "Students get a discount of a quarter with a valid student card.",
                 "quarter",
                 "Do students get a discount?", "Which discount is there with a student card?"),
            Told("学生优惠", "学生凭有效学生证享受七五折优惠。", "七五折",
                 "学生有优惠吗？", "凭学生证能打几折？"),
        ),
    },
    "returns": {
        "where": (
            Told("Where to return", "A bicycle can be returned at every station of the city, also "
                 "at another one than where it was hired.", "every station",
                 "Where can I return the bicycle?", "May I return a bicycle at another station?"),
            Told("还车地点", "自行车可以在市内任何一个站点归还，不必回到租车的站点。",
                 "任何一个站点",
                 "自行车在哪里归还？", "可以在另一个站点还车吗？"),
        ),
        "late": (
            Told("Late returns", "Who returns a bicycle late pays 5 euros for every hour begun.",
                 "5 euros",
                 "What happens if I return the bicycle late?",
                 "How much do I pay for a late return?"),
            Told("逾期还车", "逾期还车每开始一小时收取 5 欧元。", "5欧元",
                 "逾期还车会怎么样？", "还车逾期要付多少钱？"),
        ),
        "damage": (
            Told("Damage", "Damage is reported in the app with a photograph before the bicycle is "
                 "locked.", "photograph",
                 "How do I report damage to a bicycle?",
                 "The bicycle has damage, what do I report?"),
            Told("损坏", "自行车损坏请在锁车前通过应用拍照上报。", "拍照",
                 "自行车损坏了怎么上报？", "发现车辆损坏该怎么办？"),
        ),
    },
    "account": {
        "password": (
            Told("Forgotten password", "A forgotten password is set anew with the link on the page "
                 "where one signs in.", "link",
                 "I have forgotten my password.", "How do I set a new password for signing in?"),
            Told("忘记密码", "忘记密码时，请点击登录页面上的链接重新设置。", "链接",
                 "我忘记密码了。", "登录密码怎么重新设置？"),
        ),
        "delete": (
            Told("Deleting an account", "An account is deleted within 30 days of a request in the "
                 "settings.", "30 days",
                 "How do I delete my account?", "How long does deleting an account take?"),
            Told("注销账户", "在设置中提出申请后，账户会在 30 天内注销。", "30天",
                 "怎样注销账户？", "注销账户需要多少天？"),
        ),
        "invoice": (
            Told("Invoices", "Invoices come by mail on the first of each month and lie in the "
                 "account for ten years.", "first of each month",
                 "When do invoices come?", "On which day of the month is the invoice sent?"),
            Told("发票", "发票每月一日通过邮件发出，并在账户中保存十年。", "每月一日",
                 "发票什么时候发出？", "发票每月几日通过邮件发送？"),
        ),
    },
}  # fmt: skip
"""By document and anchor; English, then Chinese."""

TITLES = {
    "hours": ("Hours", "时间"), "prices": ("Prices", "价格"),
    "returns": ("Returning a bicycle", "还车"), "account": ("Account", "账户"),
}  # fmt: skip

UNANSWERABLE = (
    ("Who painted the Mona Lisa?", "蒙娜丽莎是谁画的？"),
    ("Will it rain in Lisbon tomorrow?", "明天里斯本会下雨吗？"),
    ("How do I bake sourdough bread?", "怎样烤酸面包？"),
    ("What is the capital of Mongolia?", "蒙古国的首都是哪里？"),
    ("Which vaccine do I need for Peru?", "去秘鲁要打什么疫苗？"),
    ("Explain quantum entanglement.", "请解释量子纠缠。"),
    ("Who won the football world cup in 1998?", "1998 年世界杯谁赢了？"),
    ("How do I tune a violin?", "小提琴怎么调音？"),
    ("What does a litre of milk weigh?", "一升牛奶有多重？"),
    ("Write a poem about autumn leaves.", "写一首关于秋叶的诗。"),
    ("Which shares will rise next year?", "明年哪只股票会涨？"),
    ("How far away is the moon?", "月亮离我们有多远？"),
    ("Can dogs eat chocolate?", "狗能吃巧克力吗？"),
    ("When was the Great Wall built?", "长城是什么时候修建的？"),
)
"""In turn for calibration and for judging."""

PROJECT: dict[str, Any] = {
    "version": 1,
    "name": "bicycles",
    "knowledge": {"source": [KNOWLEDGE], "licence": "CC0-1.0", "quarantine": 0.3},
    "questions": {"source": QUESTIONS},
    "assistant": {
        "handover": {
            "most_wrong": 0.15,
            "contact": {"en": "Ring 4417.", "zh": "请拨打 4417。"},
        },
        "candidates": [{"name": "quoting"}],
    },
    "assess": {
        "probes": ["answers", "retrieval"],
        "gates": [
            {"metric": "answer_quality", "min": 0.6, "reason": REASON},
            {"metric": "wrongly_answered_rate", "max": 0.5, "reason": REASON},
            {"metric": "retrieval_recall", "min": 0.6, "reason": REASON},
        ],
    },
}


def documents() -> Iterator[tuple[str, str]]:
    """The Markdown documents by their path below the folder of knowledge."""
    for at, language in enumerate(("en", "zh")):
        for name, sections in SECTIONS.items():
            parts = [f"# {TITLES[name][at]}"]
            for anchor, told in sections.items():
                parts.append(f"## {told[at].heading} {{#{anchor}}}\n{told[at].text}")
            yield f"{language}/{name}.md", "\n\n".join(parts) + "\n"


def questions() -> list[dict[str, Any]]:
    """Each section is asked for twice: once to fit the threshold, once to judge."""
    entries = []
    for name, sections in SECTIONS.items():
        for anchor, told in sections.items():
            for use in ("calibrate", "judge"):
                sides = {
                    language: {
                        "turns": [one.fitted if use == "calibrate" else one.judged],
                        "accept": [[one.fact]],
                        "sources": [f"{name}#{anchor}"],
                        "reference": one.text,
                    }
                    for language, one in zip(("en", "zh"), told, strict=True)
                }
                about = {"kind": "answerable", "use": use, "expect": "answer"}
                entries.append({"id": f"{name}-{anchor}-{use}", **about, **sides})
    for at, (english, chinese) in enumerate(UNANSWERABLE):
        about = {"kind": "unanswerable", "use": ("calibrate", "judge")[at % 2]}
        sides = {"en": {"turns": [english]}, "zh": {"turns": [chinese]}}
        entries.append({"id": f"unknown-{at}", **about, "expect": "handover", **sides})
    return entries


def write(directory: Path, **sections: Any) -> Path:
    """Make the project in `directory`; `sections` replace those of its file."""
    for name, text in documents():
        place = directory / KNOWLEDGE / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    write_questions(directory, questions())
    save(directory, PROJECT | sections)
    return directory


def write_questions(directory: Path, entries: list[dict[str, Any]]) -> None:
    """Make `entries` the questions of the project."""
    (directory / QUESTIONS).write_text(dumped(entries), "utf-8")


def save(directory: Path, document: dict[str, Any]) -> None:
    """Write the project file."""
    (directory / FILE).write_text(dumped(document), "utf-8")


def dumped(document: Any) -> str:
    """A document as YAML."""
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


@cache
def finished_helpdesk(base: Path) -> Path:
    """A project below `base` whose one run is over, its gates open. Not to be changed."""
    directory = write(base / "helpdesk" / "project")
    run = proofstone("run", "-C", directory, "--json")
    (directory.parent / "run.json").write_text(run.out)
    assert run.status == 0, run.out + run.err
    return directory


def own_helpdesk(base: Path, to: Path) -> Path:
    """A copy of the finished project that a test may change."""
    shutil.copytree(finished_helpdesk(base), to)
    return to
