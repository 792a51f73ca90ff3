"""PLANTED: what stands out in the demo city, where, and how to see it.

The generator takes its places from this table and nothing else does the planting, so whatever the
cockpit finds in the demo can be held against it. Periods are counted back from the last day of
the data, ``until``: "the last six months" means the month of ``until`` and the five before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cockpit.model.levels import rung
from cockpit.model.places import Place, Tree


@dataclass(frozen=True)
class Planted:
    """One thing planted: at which place, in which fact, and a measure that shows it.

    ``measure`` is an aggregate over the fact's rows at and below the place, with the column
    ``until`` beside them; there it lies between ``least`` and ``most``.
    """

    key: str
    level: str
    place: str
    fact: str
    what_zh: str
    what_en: str
    measure: str
    least: float | None = None
    most: float | None = None

    def sql(self, place: Place, until: date) -> str:
        """The query that measures it, over the fact's demo table, at the place where it stands."""
        return (
            f"select {self.measure} from (select *, timestamp '{until}' + interval 1 day as until"
            f" from demo_{self.fact} where starts_with(place, '{place.code}'))"
        )

    def holds(self, value: float | None) -> bool:
        """Whether a measured value lies within its bounds."""
        return (
            value is not None
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
        )


_OPEN = "count(*) filter (where reported_at < {0} and (closed_at is null or closed_at >= {0}))"
_OPEN_NOW = _OPEN.format("until")
_OPEN_THEN = _OPEN.format("until - interval 6 month")
_SUMMER = "reported_at >= until - interval 5 month and reported_at < until - interval 2 month"
_SITE = "subcategory = '施工扰民' and "
_LAST_DAYS = "day(last_day(closed_at)) - day(closed_at) < 3"

PLANTED: tuple[Planted, ...] = (
    Planted(
        "slow_street",
        "street",
        "330110010",
        "cases",
        "近六个月处置逐月变慢,未结案件越积越多。",
        "Handling slows month by month for the last six months; the backlog grows.",
        f"({_OPEN_NOW}) / greatest(1, {_OPEN_THEN})",
        least=3,
    ),
    Planted(
        "self_closing",
        "street",
        "330113004",
        "cases",
        "网格员自报自结占比畸高。",
        "Grid workers report and close by themselves, far more often than elsewhere.",
        "avg(self_closed::integer)",
        least=0.45,
    ),
    Planted(
        "month_end",
        "district",
        "330111",
        "cases",
        "月末三天集中结案。",
        "Cases are closed in masses on the last three days of the month.",
        f"count(*) filter (where {_LAST_DAYS}) / count(closed_at)",
        least=0.17,
    ),
    Planted(
        "repeat_point",
        "community",
        "330106109002",
        "cases",
        "一处反复上报的老大难点位。",
        "One address that is reported again and again, for the same thing.",
        "list_max(map_values(histogram(address || subcategory))) / count(*)",
        least=0.3,
    ),
    Planted(
        "building_site",
        "street",
        "330108002",
        "cases",
        "夏季一处工地施工扰民突增三个月。",
        "A building site in summer: complaints about its noise leap for three months.",
        f"(count(*) filter (where {_SITE}{_SUMMER}) / count(*) filter (where {_SUMMER}))"
        f" / greatest(0.002, count(*) filter (where {_SITE} not ({_SUMMER}))"
        f" / count(*) filter (where not ({_SUMMER})))",
        least=3,
    ),
    Planted(
        "left_open",
        "street",
        "330106005",
        "cases",
        "留白占比超过 5% 的上限。",
        "More is left open than the cap of 5 % allows.",
        "avg((left_open_reason is not null)::integer)",
        least=0.05,
    ),
    Planted(
        "void",
        "street",
        "330102008",
        "cases",
        "作废率畸高,分母被掏空。",
        "Far more cases are declared void than elsewhere, which empties the denominator.",
        "avg(void::integer)",
        least=0.06,
    ),
    Planted(
        "saturated",
        "street",
        "330112006",
        "cases",
        "按期率接近 100%,好得可疑。",
        "Nearly everything is closed on time: too good to be left unread.",
        "avg(coalesce(closed_at <= due_at, false)::integer)"
        " filter (where due_at < until and not void and left_open_reason is null)",
        least=0.99,
    ),
    Planted(
        "chosen_visits",
        "street",
        "330105018",
        "cases",
        "选择性回访:回访少,几乎人人满意。",
        "Visits are chosen: few are made and nearly everyone is satisfied.",
        "avg((satisfaction <> '不满意')::integer)",
        least=0.98,
    ),
    Planted(
        "silent",
        "community",
        "330114004001",
        "cases",
        "最近 45 天零报告。",
        "Nothing at all has been reported for the last 45 days.",
        "count(*) filter (where reported_at >= until - interval 45 day)",
        most=0,
    ),
    Planted(
        "fraud_surge",
        "district",
        "330105",
        "warnings",
        "最近 60 天电诈预警突增。",
        "Warnings about telecom fraud leap in the last 60 days.",
        "count(*) filter (where topic = '电诈' and raised_at >= until - interval 60 day)"
        " / count(*) filter (where topic = '电诈')",
        least=0.3,
    ),
    Planted(
        "late_signing",
        "district",
        "330112",
        "warnings",
        "预警签收普遍不及时。",
        "Warnings are signed for late.",
        "avg(coalesce(signed_at <= sign_due_at, false)::integer)"
        " filter (where sign_due_at < until)",
        most=0.65,
    ),
    Planted(
        "no_basis",
        "district",
        "330109",
        "datasets",
        "多个目录不予共享却说不出法律依据。",
        "Entries are kept from sharing and no law is cited.",
        "count(*) filter (where sharing_class = '不予共享' and legal_basis is null) / count(*)",
        least=0.2,
    ),
    Planted(
        "never_called",
        "district",
        "330182",
        "datasets",
        "已共享的目录大半从未被调用。",
        "Most of what is shared has never been called.",
        "count(*) filter (where shared_at is not null and called_at is null) / count(shared_at)",
        least=0.6,
    ),
    Planted(
        "late_answers",
        "district",
        "330127",
        "share_requests",
        "共享申请经常得不到按期答复。",
        "Its requests often stay without an answer in time.",
        "avg(coalesce(answered_at <= answer_due_at, false)::integer)"
        " filter (where withdrawn_at is null and answer_due_at < until)",
        most=0.7,
    ),
)


def stand(tree: Tree) -> Mapping[str, Place]:
    """Where each stands in this tree.

    That is its own place, or else, in a city without that code, the n-th place of its level for
    the n-th entry, round again where there are fewer; without that level, the n-th leaf.
    """
    found = {}
    leaves = [place for place in tree.places if place.lo == place.hi]
    for number, planted in enumerate(PLANTED):
        place = tree.by_code.get(planted.place)
        if place is None:
            level = [p for p in tree.places if p.rung == rung(planted.level)] or leaves
            place = level[number % len(level)]
        found[planted.key] = place
    return found


def months_back(until: date, months: int) -> date:
    """The first day of the month that lies ``months`` before the month of ``until``."""
    count = until.year * 12 + until.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
