"""What lies behind a value, answer by answer: the lines of ``crs-simcheck show``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from crs_simcheck.baselines import UNKNOWN_TITLE, Measured
from crs_simcheck.instruments import stars_to_sentiment
from crs_simcheck.metrics import Metric
from crs_simcheck.report.words import printable
from crs_simcheck.tasks import Said, conduct_of, count_conduct, usual_digest, was_recorded

__all__ = ["behind", "excerpt"]

_MOST = 20


def excerpt(text: str, width: int = 60) -> str:
    """Return the beginning of a text on one line, with everything that is not printable escaped."""
    line = " ".join(text[: 50 * width].split())
    start = line[: width + 1]  # an escaped character is longer than the character
    shown = printable(start)
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def behind(metric: Metric, measured: Sequence[Measured], source: str) -> Iterator[str]:
    """Yield lines that show which answers make the value of a metric.

    Parameters
    ----------
    measured:
        The answers to the metric's task.
    source:
        Where the answers are, for ``source:line``.
    """
    lines = _VIEWS.get(metric.name, _VIEWS_OF_TABLE[metric.table])
    yield from lines(measured, source)


def _place(one: Measured, source: str) -> str:
    line = f":{one.response.line}" if one.response.line else ""
    return f"{source}{line} {excerpt(one.response.seeker, 24)}"


def _most(lines: Iterable[str], total: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == _MOST:
            yield f"… and {total - _MOST:,} more"
            return
        yield line


def _films(measured: Sequence[Measured], _source: str) -> Iterator[str]:
    counts = Counter(f for one in measured for f in one.films if not f.startswith(UNKNOWN_TITLE))
    seekers = defaultdict(set)
    for one in measured:
        for film in one.films:
            seekers[film].add(one.response.seeker)
    total = sum(len(one.films) for one in measured)
    yield f"{total:,} mentions of {len(counts):,} films that a catalogue knows"
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    yield from _most(
        (f"{n:5} × {excerpt(film)}, by {len(seekers[film])} seekers" for film, n in ordered),
        len(ordered),
    )


def _unknown(measured: Sequence[Measured], source: str) -> Iterator[str]:
    found = [
        (one, title)
        for one in measured
        for title, film in zip(one.observation.mentions, one.films, strict=True)
        if film.startswith(UNKNOWN_TITLE)
    ]
    yield f"{len(found):,} mentions that no catalogue knows, or that fit several films"
    yield from _most((f"{_place(o, source)}: {excerpt(t)}" for o, t in found), len(found))


def _repeats(measured: Sequence[Measured], source: str) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    found = []
    for one in measured:
        for film, title in zip(one.films, one.observation.mentions, strict=True):
            if (one.response.seeker, film) in seen:
                found.append((one, title))
            seen.add((one.response.seeker, film))
    yield f"{len(found):,} mentions of a film that the seeker had named before"
    yield from _most((f"{_place(o, source)}: {excerpt(t)}" for o, t in found), len(found))


def _yes_by_film(measured: Sequence[Measured], source: str) -> Iterator[str]:
    asked: Counter[str] = Counter()
    yes: Counter[str] = Counter()
    unclear = []
    for one in measured:
        answer = one.observation.yes
        if answer is None:
            unclear.append(one)
            continue
        film = one.observation.item or "?"
        asked[film] += 1
        yes[film] += answer
    yield f"{sum(yes.values()):,} Yes of {sum(asked.values()):,} clear answers"
    ordered = sorted(asked, key=lambda f: (-yes[f] / asked[f], -asked[f], f))
    lines = (f"{yes[f] / asked[f]:6.0%} of {asked[f]:4} {excerpt(f)}" for f in ordered)
    yield from _most(lines, len(ordered))
    if unclear:
        yield f"{len(unclear):,} answers are neither yes nor no:"
        lines = (f"{_place(o, source)}: {excerpt(o.response.text)}" for o in unclear)
        yield from _most(lines, len(unclear))


def _lengths(measured: Sequence[Measured], source: str) -> Iterator[str]:
    ordered = sorted(measured, key=lambda one: -one.observation.words)
    yield f"{len(ordered):,} answers; the longest first"
    yield from _most(
        (
            f"{o.observation.words:5} words {_place(o, source)}: {excerpt(o.response.text, 40)}"
            for o in ordered
        ),
        len(ordered),
    )


def _flagged(
    what: str, reason: Callable[[Measured], str]
) -> Callable[[Sequence[Measured], str], Iterator[str]]:
    def view(measured: Sequence[Measured], source: str) -> Iterator[str]:
        found = [(one, why) for one in measured if (why := reason(one))]
        yield f"{len(found):,} of {len(measured):,} answers {what}"
        kinds = Counter(why for _, why in found)
        if len(kinds) < len(found):
            yield "  " + ", ".join(f"{excerpt(k)} ×{n}" for k, n in kinds.most_common(5))
        yield from _most(
            (
                f"{_place(o, source)}: {excerpt(why, 40)}: {excerpt(o.response.text, 50)}"
                for o, why in found
            ),
            len(found),
        )

    return view


def _repetition(measured: Sequence[Measured], source: str) -> Iterator[str]:
    same: defaultdict[str, list[Measured]] = defaultdict(list)
    for one in measured:
        same[one.observation.text_key].append(one)
    shared = [g for g in same.values() if len({o.response.seeker for o in g}) > 1]
    shared.sort(key=lambda group: (-len(group), group[0].response.text))
    total = sum(map(len, shared))
    yield f"{total:,} of {len(measured):,} answers are given by several seekers"
    yield from _most(
        (f"{len(g):5} × {_place(g[0], source)}: {excerpt(g[0].response.text)}" for g in shared),
        len(shared),
    )


def _said(measured: Sequence[Measured]) -> Iterator[tuple[Measured, Said]]:
    for one in measured:
        if one.observation.said is not None:
            yield one, one.observation.said


def _aspects(measured: Sequence[Measured], source: str) -> Iterator[str]:
    counts = Counter(aspect for _, said in _said(measured) for aspect in said.aspects)
    total = sum(counts.values())
    yield f"{total:,} aspects, {len(counts):,} different"
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    yield from _most((f"{n:5} × {name} ({n / total:.0%})" for name, n in ordered), len(ordered))
    silent = [one for one, said in _said(measured) if not said.aspects]
    if silent:
        yield f"{len(silent):,} answers speak of no aspect that the lexicon knows:"
        lines = (f"{_place(o, source)}: {excerpt(o.response.text, 50)}" for o in silent)
        yield from _most(lines, len(silent))


def _sentiments(measured: Sequence[Measured], source: str) -> Iterator[str]:
    counts = Counter({"neg": 0, "neu": 0, "pos": 0})
    mixed = []
    for one, said in _said(measured):
        found = {name: getattr(said.sentiment, name) for name in counts}
        counts.update(found)
        mixed.append((one, found))
    total = max(sum(counts.values()), 1)
    yield ", ".join(f"{n:,} sentences {name} ({n / total:.0%})" for name, n in counts.items())
    mixed.sort(key=lambda pair: -pair[1]["neg"])
    lines = (
        f"{found['neg']} neg {found['neu']} neu {found['pos']} pos "
        f"{_place(one, source)}: {excerpt(one.response.text, 40)}"
        for one, found in mixed
    )
    yield from _most(lines, len(mixed))


def _stars(measured: Sequence[Measured], _source: str) -> Iterator[str]:
    counts = Counter(one.response.rating for one in measured if one.response.rating is not None)
    total = sum(counts.values())
    yield f"{total:,} of {len(measured):,} answers have stars"
    for stars, n in sorted(counts.items()):
        yield f"{n:5} × {stars:g} stars ({stars_to_sentiment(stars)}, {n / total:.0%})"


def _words_used(measured: Sequence[Measured], _source: str) -> Iterator[str]:
    counts = Counter(word for _, said in _said(measured) for word in said.words)
    users = defaultdict(set)
    for one, said in _said(measured):
        for word in said.words:
            users[word].add(one.response.seeker)
    yield f"{sum(counts.values()):,} words, {len(counts):,} different"
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = (f"{n:5} × {excerpt(word)}, by {len(users[word])} seekers" for word, n in ordered)
    yield from _most(lines, len(ordered))


def _alike(measured: Sequence[Measured], source: str) -> Iterator[str]:
    """Show the answers whose meaning lies nearest to the mean of all: what everybody says."""
    vectors = [(o, o.sentence_vector) for o in measured if o.sentence_vector is not None]
    if not vectors:
        yield "no vectors of sentences were read"
        return
    middle = sum(v.mean * v.n for _, v in vectors)
    ordered = sorted(vectors, key=lambda pair: -float(middle @ pair[1].mean))
    yield f"{len(ordered):,} answers; those that are most like all the others first"
    lines = (f"{_place(o, source)}: {excerpt(o.response.text)}" for o, _ in ordered)
    yield from _most(lines, len(ordered))


def _reactions(measured: Sequence[Measured], source: str) -> Iterator[str]:
    """Show how each kind of recommendation was taken, then the answers that are not as expected."""
    kinds = {False: "does not fit", True: "fits", None: "may fit or not"}
    counts = Counter(
        (one.response.stimulus.get("relevant"), one.observation.reaction) for one in measured
    )
    for fit, words in kinds.items():
        of_kind = {r: n for (f, r), n in counts.items() if f is fit}
        if of_kind:
            told = ", ".join(f"{of_kind.get(r, 0)} {r}" for r in ("reject", "accept", "unclear"))
            yield f"a film that {words}: {told}"
    odd = [
        one
        for one in measured
        if (one.observation.reaction, one.response.stimulus.get("relevant"))
        not in (("reject", False), ("accept", True))
    ]
    lines = (
        f"{_place(o, source)}: {o.observation.reaction}: {excerpt(o.response.text)}" for o in odd
    )
    yield from _most(lines, len(odd))


def _judged(measured: Sequence[Measured], source: str) -> Iterator[str]:
    """Show what the judge gave, the lowest first; then what it gave no score."""
    given = [(o, o.judged.scores) for o in measured if o.judged is not None and o.judged.scores]
    lacking = [(o, o.judged.missing) for o in measured if o.judged is not None and o.judged.missing]
    if not given and not lacking:
        yield "nobody judged these answers: crs-simcheck record asks the judge of simcheck.toml"
        return
    yield f"{len(given):,} answers judged; the lowest scores first"
    given.sort(key=lambda pair: sum(pair[1].values()))
    lines = (
        f"{sum(found.values()) / len(found):5.2f} "
        f"({' '.join(f'{c} {v:g}' for c, v in found.items())}) "
        f"{_place(one, source)}: {excerpt(one.response.text, 50)}"
        for one, found in given
    )
    yield from _most(lines, len(given))
    if lacking:
        yield f"{len(lacking):,} answers got no score:"
        lines = (f"{_place(o, source)}: {w}: {excerpt(o.response.text, 50)}" for o, w in lacking)
        yield from _most(lines, len(lacking))


def _conduct(measured: Sequence[Measured], source: str) -> Iterator[str]:
    """Show what is known of how the answers were given."""
    rows = [one.response for one in measured]
    total, counts = count_conduct(rows)
    yield f"{total:,} of {len(rows):,} answers were recorded by crs-simcheck"
    for name, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{number:5} × {name.replace('_', ' ')}"
    usual = usual_digest(rows)
    seen = ((one, conduct_of(one.response, usual)) for one in measured)
    odd = [(one, [k for k, v in found.items() if v]) for one, found in seen]
    odd = [(one, kinds) for one, kinds in odd if kinds and was_recorded(one.response)]
    lines = (f"{_place(o, source)}: {', '.join(k)}: {excerpt(o.response.text)}" for o, k in odd)
    yield from _most(lines, len(odd))


_View = Callable[[Sequence[Measured], str], Iterator[str]]
_VIEWS_OF_TABLE: Mapping[str, _View] = MappingProxyType(
    {
        "mentions": _films,
        "answers": _yes_by_film,
        "responses": _lengths,
        "texts": _words_used,
        "word_vectors": _words_used,
        "sentence_vectors": _alike,
        "conduct": _conduct,
        "reactions": _reactions,
        "judged": _judged,
    }
)
_VIEWS: Mapping[str, _View] = MappingProxyType(
    {
        "unknown_item_rate": _unknown,
        "repeat_rate": _repeats,
        "response_repetition": _repetition,
        "aspect_entropy": _aspects,
        "aspects_per_response": _aspects,
        "sentiment_entropy": _sentiments,
        "star_entropy": _stars,
        "title_mention_rate": _flagged(
            "name a title",
            lambda one: ", ".join((one.observation.said and one.observation.said.named) or ()),
        ),
        "format_violation_rate": _flagged(
            "break the format", lambda one: one.observation.violation or ""
        ),
        "leakage_rate": _flagged(
            "say a title of the seeker's own history",
            lambda one: ", ".join(one.observation.leaked or ()),
        ),
        "role_confusion_rate": _flagged(
            "speak as the recommender", lambda one: ", ".join(one.observation.role_markers)
        ),
    }
)
