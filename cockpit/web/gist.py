"""What a page says, in a sentence of plain words: made from its numbers, the same every time."""

from __future__ import annotations

from cockpit.model.judgement import Change, verdict
from cockpit.model.warnings import COLOURS
from cockpit.web import call, cards, numbers, remarks
from cockpit.web.elements import Element, element
from cockpit.web.view import BURNING, View
from cockpit.web.words import Words

NAMED = 2
"""How many places are named of those that account for a gap."""
GRAVE = 2
"""How many colours, the gravest first, are named by themselves."""


def card(view: View, words: Words) -> Element:
    """The sentence, and the open warnings by colour beside it."""
    return element(
        "Div",
        element("P", sentence(view, words), cls="gist-words"),
        cards.burning(view, words),
        cls="gist",
    )


def sentence(view: View, words: Words) -> str:
    """How many targets are reached; how the chosen metric stands, how it changed, where the gap is;
    which warnings burn.
    """
    if all(counted.value is None for counted in view.here.values()):
        return words("says_none")
    said = [_targets(view, words), _chosen(view, words), _burning(view, words)]
    stop = words("stop")
    return (stop.join(part for part in said if part) + stop).strip()


def _targets(view: View, words: Words) -> str:
    found = [verdict(one.metric, view.here[one.metric.name]) for one in view.metrics]
    reached = found.count("reached")
    judged = reached + found.count("missed")
    if judged < 2:
        return ""
    if reached in (0, judged):
        return words("says_all" if reached else "says_no_target", n=judged)
    return words("says_targets", n=judged, m=reached)


def _chosen(view: View, words: Words) -> str:
    metric, counted = view.metric, view.here[view.metric.name]
    if counted.hidden:
        return words("says_hidden", metric=words.metric(metric), value=counted.hidden)
    if counted.value is None:
        return words("says_blank", metric=words.metric(metric))
    said = verdict(metric, counted)
    word = {"few": "says_few", "": "says_value"}.get(said)
    if word is None:
        down = metric.better == "down"
        word = ("says_within" if down else "says_reached") if said == "reached" else ""
        word = word or ("says_over" if down else "says_missed")
    value = numbers.value(metric, counted)
    unit = remarks.unit(words, metric)
    parts = [
        words(
            word,
            metric=words.metric(metric),
            value=f"{value} {unit}".strip(),
            target=numbers.target(metric),
        )
    ]
    changed = view.change(metric, counted, view.then)
    if changed:
        parts.append(_changed(view, words, changed))
    if where := _where(view, words) if said != "few" else "":
        parts.append(where)
    return words("comma").join(parts)


def _changed(view: View, words: Words, changed: Change) -> str:
    than = words(f"than_{view.state.compare}")
    if changed.way == "same":
        return words("says_same", than=than)
    return words(
        "says_changed" if changed.verdict else "says_moved",
        than=than,
        way=words(f"way_{changed.way}"),
        by=remarks.by(words, changed),
        verdict=words(changed.verdict) if changed.verdict else "",
    )


def _where(view: View, words: Words) -> str:
    """The places that account for most of a gap to the target, or for most of what is too many."""
    found = view.gap
    if found is not None and found.short > 0:
        told = [(part.name, call.amount(view, words, found, part.short)) for part in found.missing]
        word = "says_short"
    elif found is None and view.metric.better == "down" and view.rows:
        told = [(one.name, numbers.whole(one.numerator)) for one in call.holders(view)]
        word = "says_most"
    else:
        return ""
    places = [
        words("says_place", place=call.named(view, words, code), n=n) for code, n in told[:NAMED]
    ]
    return words(word, places=words("and").join(places)) if places else ""


def _burning(view: View, words: Words) -> str:
    known = [view.here[name] for name in BURNING if name in view.here]
    if not any(counted.answered for counted in known) or any(one.hidden for one in known):
        return ""
    many = sum(int(counted.numerator) for counted in known)
    if not many:
        return words("says_calm")
    grave = [
        words(
            "says_colour",
            colour=words.value(colour).split(" ", 1)[1].lower(),
            n=numbers.whole(counted.numerator),
        )
        for colour, name in list(zip(COLOURS, BURNING, strict=True))[:GRAVE]
        if (counted := view.here.get(name)) is not None and counted.numerator
    ]
    n = words.many("warnings", many)
    return (
        words("says_burning", n=n, colours=words("and").join(grave))
        if grave
        else words("says_mild", n=n)
    )
