"""Masking (脱敏): what of a column that names or leads to a person is shown, by its privacy class.

Each class is one SQL expression, so the raw value never leaves the database. NULL stays NULL: a
blank is no person. What is hidden shows as three or four stars however long it was, for length
tells too. The rules are those of the field's practice where several agree, the stricter where not:

    name        the surname stays, compound ones whole (欧阳**); of anything shorter, nothing
    number      first 3 and last 4 from 12 characters on, last 3 from 8 on, else nothing
    phone       first 3 and last 4 of a mobile's digits, last 2 of a shorter line's, else nothing
    address     down to the community (社区/村); from the road or building on it is hidden
    free_text   runs of digits that could be a phone or an ID are taken out, also written apart or
                in Chinese numerals, and so are number plates and mail addresses
    coordinate  left out: who draws a map takes the place's own point
"""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.fact import Column, Privacy

STARS = "****"

_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西
颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户
公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫
仲长 子书 子桑 即墨 达奚 褚师 淳于 单于 完颜 叶赫 那拉 歐陽 司馬 東方 獨孤 聞人 諸葛 尉遲 鍾離
長孫"""
SURNAMES = tuple(_COMPOUND.split())
"""Surnames of two characters. A name of just these two is one of one character and one given."""

# Small sets of characters, not Unicode's classes: those take DuckDB 30 ms to compile, each time.
BEFORE_ROAD = (
    r"^(?:[^\x{00}-\x{4DFF}\x{A000}-\x{10FFFF}路巷弄号號幢栋楼室]"
    "|[路巷弄楼](?:街道|社区|镇|乡|区|县))*"  # 米市巷街道, 鼓楼区
)
"""Of an address, what stands before the first road, building, digit or letter."""
COMMUNITY = (
    "^"
    "(?:.{1,12}?(?:省|自治区))?"
    "(?:.{1,12}?(?:市|州|盟))?"
    "(?:[^小]{1,12}?(?:区|县|旗))?"  # 小区 is a housing estate, no district
    "(?:.{1,12}?(?:街道|镇|乡))?"
    "(?:.{1,14}?(?:社区|村|居委会|村委会))?"
)
"""Of that, as far as a community."""

_DIGIT = "[0-9０-９①-⑨〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_GAP = (
    r"[\s[:punct:]·\x{2000}-\x{206F}\x{3000}-\x{3006}\x{3008}-\x{303F}"
    r"\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF20}\x{FF3B}-\x{FF40}]"
)
LONG_NUMBER = rf"{_DIGIT}(?:{_GAP}{{0,5}}{_DIGIT}){{6,}}[Xx]?"
"""Seven digits or more, with spaces and signs between them: a phone, an ID, an account."""
PLATE = (
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-Za-z][·\s]?[A-Za-z0-9]{5,6}"
)
MAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+"


def masked(column: Column, sql: str = "") -> str:
    """SQL for what is shown of a column; ``sql`` is how the query calls it (its name, if empty).
    A column without a privacy class is shown as it is.
    """
    value = sql or column.name
    if column.privacy is None:
        return value
    return f"(case when {value} is not null then {MASKS[column.privacy](value)} end)"


def _together(value: str) -> str:
    """The value without spaces, and without what cannot be seen."""
    unseen = r"\s[:cntrl:]\x{2000}-\x{200F}\x{2028}-\x{202F}\x{2060}-\x{206F}\x{3000}\x{FEFF}"
    return f"regexp_replace({value}, '[{unseen}]', '', 'g')"


def _name(value: str) -> str:
    plain = _together(value)
    two = ", ".join(f"'{surname}'" for surname in SURNAMES)
    return (
        f"case when length({plain}) < 2 or regexp_matches({plain}, '^[0-9０-９[:punct:]]')"
        " then '**'"
        f" when length({plain}) > 2 and left({plain}, 2) in ({two}) then left({plain}, 2) || '**'"
        f" else left({plain}, 1) || '**' end"
    )


def _number(value: str) -> str:
    return (
        f"case when length({value}) >= 12 then left({value}, 3) || '{STARS}' || right({value}, 4)"
        f" when length({value}) >= 8 then '{STARS}' || right({value}, 3) else '{STARS}' end"
    )


def _phone(value: str) -> str:
    plain = f"translate({value}, '０１２３４５６７８９', '0123456789')"
    digits = f"regexp_replace({plain}, '[^0-9]', '', 'g')"
    own = f"regexp_replace({digits}, '^(?:00)?86(1[0-9]{{10}})$', '\\1')"
    return (
        f"case when length({own}) >= 11 then left({own}, 3) || '{STARS}' || right({own}, 4)"
        f" when length({own}) >= 7 then '{STARS}' || right({own}, 2) else '{STARS}' end"
    )


def _address(value: str) -> str:
    plain = f"regexp_extract({_together(value)}, '{BEFORE_ROAD}')"
    return f"regexp_extract({plain}, '{COMMUNITY}') || '***'"


def _free_text(value: str) -> str:
    for pattern in (MAIL, LONG_NUMBER, PLATE):
        value = f"regexp_replace({value}, '{pattern}', '***', 'g')"
    return value


def _coordinate(value: str) -> str:
    return "null::double"


MASKS: dict[Privacy, Callable[[str], str]] = {
    "name": _name,
    "number": _number,
    "phone": _phone,
    "address": _address,
    "free_text": _free_text,
    "coordinate": _coordinate,
}
"""The mask of each privacy class: SQL over a value that is not NULL."""
