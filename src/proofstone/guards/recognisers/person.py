"""Names of people, where the words around them say that they are names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofstone.guards.recognisers.recogniser import Find, Recogniser, matches
from proofstone.models.text.language import HAN

# Common surnames (Ministry of Public Security, report on names 2020), two-character ones first.
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|夏侯|令狐|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢"
    "宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
    "闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤温康施牛樊葛邢安齐庄章倪涂包柯翁向常牟詹阮舒纪殷焦耿聂甘欧])"
)
_GIVEN_ENDS = frozenset(
    "想要的是在有和今请我你您他她可可能会不没也就来去说了吗呢吧住从手电身买订需希叫,.!?:;"
)
_NAMED = re.compile(
    rf"(?:我叫(?:做)?|我的(?:名字|姓名)(?:叫|是)|名字(?:叫|是)|"
    r"(?:姓名|联系人|收件人|收货人|户名)(?:是|为)?[ :]{0,2}"
    rf"|我是(?={_SURNAME}[{HAN}]{{1,2}}(?:[^{HAN}]|\Z)))({_SURNAME}[{HAN}]{{1,2}})"
)
_NOT_A_NAME = re.compile(
    r"(?:on|in|at|not|the|a|an|is|was|spelled|misspelled|wrong|missing|listed|being|incorrect|also|already|too|"
    r"here|there|still|showing|shown|and|but|changed|required|visible)\b",
    re.IGNORECASE,
)
_WORD = r"[A-Za-z][A-Za-z'’-]{1,20}"
_CAPITAL = r"[A-Z][a-zA-Z'’-]{1,20}"


def _called(text: str) -> Iterator[tuple[int, int]]:
    """Yield Chinese names; a last character that begins the next word is left out."""
    for found in _NAMED.finditer(text):
        start, end = found.span(1)
        if text[end - 1] in _GIVEN_ENDS and end - start > 2:
            end -= 1
        yield start, end


def _introduced(pattern: str) -> Find:
    """Return a finder of the words after an introduction, up to the first that is no name."""
    compiled = re.compile(pattern)

    def find(text: str) -> Iterator[tuple[int, int]]:
        for found in compiled.finditer(text):
            start = end = found.start(1)
            for word in re.finditer(r"\S+", found[1]):
                if _NOT_A_NAME.match(word[0]):
                    break
                end = start + word.end()
            if end > start:
                yield start, end

    return find


RECOGNISERS = (
    Recogniser("PERSON", 0.8, _called, needs=("叫", "名", "联系人", "收件人", "收货人", "我是")),
    Recogniser(
        "PERSON",
        0.7,
        matches(rf"({_SURNAME}[{HAN}]{{0,2}}?)(?:先生|女士|小姐|太太|老师|经理|医生|同学|师傅)"),
        needs=("先生", "女士", "小姐", "太太", "老师", "经理", "医生", "同学", "师傅"),
    ),
    Recogniser("PERSON", 0.7, matches(rf"(?:我|本人)姓({_SURNAME})"), needs=("姓",)),
    Recogniser(
        "PERSON",
        0.8,
        _introduced(
            r"(?:[Mm]y (?:full |first |last )?name(?: is|'s|’s)|[Ii] am called|[Nn]ame:|[Cc]all me)"
            rf" ({_CAPITAL}(?: (?:[A-Z]\.|{_CAPITAL})){{0,3}})"
        ),
        needs=("name is", "name'", "name’", "am called", "ame:", "all me"),
    ),
    Recogniser(
        "PERSON",
        0.75,
        _introduced(
            r"(?:[Mm]y|MY|his|her) (?:full |first |last )?[Nn](?:ame|AME)(?: [Ii][Ss]|'s|’s) "
            rf"({_WORD}(?: {_WORD})?)(?=[.,;!?\n]| and |\Z)"
        ),
        needs=("ame i", "ame I", "ame'", "ame’", "AME i", "AME I", "AME'", "AME’"),
    ),
    Recogniser(
        "PERSON",
        0.75,
        matches(rf"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)(?:\. ?| )({_CAPITAL}(?: {_CAPITAL}){{0,2}})"),
        needs=("Mr", "Ms", "Miss", "Mx", "Dr", "Prof"),
    ),
    Recogniser(
        "PERSON",
        0.6,
        matches(
            rf"(?:[Tt]his is|[Ii] am|[Ii]'m|[Rr]egards,|[Tt]hanks,|[Ss]incerely,|[Ss]igned,)\s"
            rf"({_CAPITAL} (?:[A-Z]\. )?{_CAPITAL})(?=[,.!\n]| from | calling | and |\Z)"
        ),
        needs=("his is", "I am", "i am", "I'm", "i'm", "egards", "hanks", "incerely", "igned"),
    ),
)
