import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.baselines import measure
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.instruments.titles_named import TitleFinder
from crs_simcheck.instruments.vectors import VectorReading, default_word_vectors
from crs_simcheck.metrics import METRICS, metric_named
from crs_simcheck.records import Response
from crs_simcheck.report import behind, excerpt
from crs_simcheck.tasks import Readers

CATALOGUE = Catalogue("two", (Item("Blue Harbour", 1995), Item("Paper Lions", 2004)))


class ByLength:
    """A model for which texts are alike that are equally long."""

    identity, splitter, dimension = "by-length:0000000000", "sentences/1", 2

    def read(self, texts):
        angles = np.array([min(len(text), 90) / 60 for text in texts])
        return [VectorReading.of(np.array([np.cos(a), np.sin(a)]), 1) for a in angles]


def lines_of(metric, rows, histories=None):
    readers = Readers(
        titles=TitleFinder(item.label for item in CATALOGUE),
        vectors={"word-vectors": default_word_vectors(), "sentence-vectors": ByLength()},
    )
    seen = measure(rows, CATALOGUE, histories=histories, readers=readers)
    return list(behind(metric_named(metric), seen, "answers.jsonl"))


def talk(seeker, text, line):
    return Response("items_talk", seeker, text, line=line)


TALK = [
    talk("s1", "Blue Harbour (1995)\nMade Up (1990)", 1),
    talk("s2", "Blue Harbour (1995)\nBlue Harbour (1995)", 2),
    talk("s3", "Paper Lions (2004)", 3),
]


@given(st.text(), st.integers(2, 80))
def test_an_excerpt_is_one_printable_line_of_the_width_asked_for(text, width):
    shown = excerpt(text, width)
    assert len(shown) <= width
    assert shown.isprintable()
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plain", "plain"),
        ("two\n lines\t here ", "two lines here"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u200bzero", r"\u200bzero"),
        ("\x9b2J", r"\x9b2J"),
        ("café – “quoted”", "café – “quoted”"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_would_steer_a_terminal_is_escaped(text, shown):
    assert excerpt(text) == shown


def test_a_long_text_is_cut():
    assert excerpt("x" * 100, 10) == "x" * 9 + "…"
    assert excerpt("\x1b" * 100, 10) == "\\x1b\\x1b\\…"
    assert excerpt("x" * 10, 10) == "x" * 10


def test_films_are_counted_with_their_seekers():
    assert lines_of("item_entropy", TALK) == [
        "5 mentions of 2 films that a catalogue knows",
        "    3 × Blue Harbour (1995), by 2 seekers",
        "    1 × Paper Lions (2004), by 1 seekers",
    ]


def test_unknown_titles_and_repeats_point_at_their_lines():
    unknown = lines_of("unknown_item_rate", TALK)
    assert unknown == [
        "1 mentions that no catalogue knows, or that fit several films",
        "answers.jsonl:1 s1: Made Up (1990)",
    ]
    repeats = lines_of("repeat_rate", TALK)
    assert repeats[1] == "answers.jsonl:2 s2: Blue Harbour (1995)"


def test_answers_by_film_and_those_that_are_unclear():
    said = [
        Response("bin_pref", f"s{i}", text, {"item": "Paper Lions (2004)"}, line=i + 1)
        for i, text in enumerate(["Yes", "No", "hm\x1b[2J"])
    ]
    found = lines_of("acceptance_rate", said)
    assert found[0] == "1 Yes of 2 clear answers"
    assert "Paper Lions (2004)" in found[1]
    assert found[-1] == r"answers.jsonl:3 s2: hm\x1b[2J"


def test_flags_say_why():
    leaked = lines_of("leakage_rate", TALK, {"s3": ("Paper Lions (2004)",)})
    assert leaked[0].startswith("1 of 3 answers say a title")
    assert "Paper Lions" in leaked[-1]
    said = [Response("rec_request", "s", "Have you seen Blue Harbour? I recommend it.", line=4)]
    assert len(lines_of("role_confusion_rate", said)) >= 1


def test_the_longest_and_the_repeated_come_first():
    said = [
        Response("rec_request", f"s{i}", "the very same" if i % 2 else "x " * i, line=i + 1)
        for i in range(60)
    ]
    longest = lines_of("words_per_response", said)
    assert longest[1].startswith("   58 words answers.jsonl:59 s58")
    assert longest[-1] == "… and 40 more"
    repeated = lines_of("response_repetition", said)
    assert repeated[0] == "30 of 60 answers are given by several seekers"
    assert repeated[1] == "   30 × answers.jsonl:2 s1: the very same"


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_can_be_looked_behind_and_every_line_is_printable(metric):
    task = METRICS[metric].tasks[0]
    stimulus = {"item": "Blue Harbour (1995)"} if task in ("bin_pref", "open_pref") else {}
    odd = "\x1b[31mBlue Harbour\x1b[0m\u202e (1995)"
    rows = [Response(task, f"s\x07{i}", odd, stimulus, line=i) for i in range(3)]
    found = lines_of(metric, rows, {"s\x070": ("Blue Harbour (1995)",)})
    assert found
    assert all(line.isprintable() for line in found)


PROSE = [
    Response("open_pref", "s1", "The plot is great. The acting is awful.", rating=4.5, line=1),
    Response("open_pref", "s2", "Wonderful acting!", rating=2.0, line=2),
    Response("open_pref", "s3", "Hm.", line=3),
]


def test_aspects_with_their_shares_and_who_speaks_of_none():
    found = lines_of("aspect_entropy", PROSE)
    assert found[0].startswith("3 aspects, 2 different")
    assert found[1].lstrip().startswith("2 × acting")
    assert found[-1] == "answers.jsonl:3 s3: Hm."


def test_sentences_and_stars_by_sentiment():
    found = lines_of("sentiment_entropy", PROSE)
    assert found[0] == "1 sentences neg (25%), 1 sentences neu (25%), 2 sentences pos (50%)"
    assert found[1].startswith("1 neg 0 neu 1 pos answers.jsonl:1 s1")
    assert lines_of("star_entropy", PROSE) == [
        "2 of 3 answers have stars",
        "    1 × 2 stars (neg, 50%)",
        "    1 × 4.5 stars (pos, 50%)",
    ]


def test_words_titles_and_the_answers_that_are_most_like_all_others():
    asked = [
        Response("rec_request", f"s{i}", text, line=i)
        for i, text in enumerate(["Like Paper Lions please", "Something slow", "Something new"])
    ]
    assert lines_of("ttr", asked)[:2] == ["8 words, 7 different", "    2 × something, by 2 seekers"]
    named = lines_of("title_mention_rate", asked)
    assert named[0] == "1 of 3 answers name a title"
    assert named[-1].startswith("answers.jsonl s0: Paper Lions (2004): Like Paper")
    alike = lines_of("sentence_diversity", asked)
    assert alike[0].startswith("3 answers; those that are most like")
    assert "Something slow" in alike[1]
