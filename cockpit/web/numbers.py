"""Numbers and days as a reader meets them, in Chinese and English. A blank is "–"."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_decimal

from cockpit.model.metric import Metric, Tally

BLANK = "–"
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
SHORTENED_FROM = {"zh": 100_000, "en": 1_000_000}
"""From here on a tile writes 12.35万 or 1.23M; the whole number is one click away."""


def whole(number: int | float | Decimal) -> str:
    """A count or a sum, written out: both languages group by thousands."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def percent(share: float) -> str:
    """A share, to the hundredth: 94.96 % must not read as a target of 95 % reached."""
    return f"{share * 100:.2f}%"


def value(metric: Metric, counted: Tally) -> str:
    """A metric's value without its unit; a dash where nothing was counted, "<5" where it is hidden
    (``answers/small.py``).
    """
    if counted.hidden:
        return counted.hidden
    found = counted.value
    return BLANK if found is None else number(metric, found)


def number(metric: Metric, found: float) -> str:
    """A value that a metric has or would have."""
    if metric.unit == "percent":
        return percent(found)
    return whole(found) if metric.unit == "count" else f"{found:,.1f}"


def short(metric: Metric, counted: Tally, language: str) -> str:
    """The same for a tile: counts that are long are told in 万 and 亿, or in millions."""
    found = counted.value
    if metric.unit != "count" or found is None or abs(found) < SHORTENED_FROM[language]:
        return value(metric, counted)
    return format_compact_decimal(found, locale=LOCALES[language], fraction_digits=2)


def parts(counted: Tally) -> str:
    """Numerator over denominator, or nothing for a plain sum and for what is hidden."""
    if counted.denominator is None or counted.hidden:
        return ""
    return f"{whole(counted.numerator)} / {whole(counted.denominator)}"


def count(counted: Tally) -> str:
    """A numerator that counts, or what is told instead."""
    return counted.hidden or whole(counted.numerator)


def target(metric: Metric) -> str:
    """What a metric is to reach, without its direction."""
    if metric.target is None:
        return BLANK
    if metric.unit == "percent":
        return f"{metric.target * 100:g}%"
    return f"{metric.target:,g}"


@lru_cache(4096)
def day(when: date, language: str) -> str:
    """A day in full: 2026年10月31日, 31 Oct 2026."""
    return format_date(when, "medium", locale=LOCALES[language])


@lru_cache(4096)
def short_day(when: date, language: str) -> str:
    """A day whose year is known: 10月31日, 31 Oct."""
    return str(format_skeleton("MMMd", when, locale=LOCALES[language]))


@lru_cache(1024)
def month(when: date, language: str) -> str:
    """A month: 2026年10月, Oct 2026."""
    return str(format_skeleton("yMMM", when, locale=LOCALES[language]))


def moment(when: datetime, language: str) -> str:
    """A moment to the minute: 2026年10月31日 23:58."""
    return f"{day(when.date(), language)} {when:%H:%M}"


def bare(metric: Metric, number: float) -> str:
    """A number in a metric's unit that is no tally's: the end of a class, on a legend."""
    if metric.unit == "percent":
        return f"{number * 100:.4g}%"
    return whole(round(number, 1)) if metric.unit == "count" else f"{number:,.1f}"
