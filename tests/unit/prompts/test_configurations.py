"""What a request shows of a seeker in each configuration."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.prompts import (
    ANSWER_CHARS,
    CONFIGURATIONS,
    REVIEW_CHARS,
    Configuration,
    Examples,
)
from crs_simcheck.prompts.examples import shortened, title_key
from crs_simcheck.records import TASKS, HistoryItem, Profile, Response

HISTORY = (
    HistoryItem("Night Harbour (1999)", 4.5, "A slow heist in the rain.\nLoved the harbour."),
    HistoryItem("Paper Kites (2004)", 2, None),
    HistoryItem("The Long Tide (1987)", None, "Storm at sea, a heist and a storm."),
    HistoryItem("Red Orchard (2011)", 1.0, ""),
)
PROFILE = Profile("u1", " Likes slow crime.\n", {}, HISTORY)
STIMULUS = {"item": "Harbour Heist (2001)"}


class ByWords:
    """Ranks by how many words are shared; keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def rank(self, query, texts):
        self.asked.append((query, list(texts)))
        shared = [len(set(query.lower().split()) & set(text.lower().split())) for text in texts]
        return sorted(range(len(texts)), key=lambda place: -shared[place])


def answer(seeker, text="Fine.", task="open_pref", item="Some Film (2000)", **more):
    stimulus = {} if item is None else {"item": item}
    return Response(task, seeker, text, stimulus, **more)


def rag(**more):
    return Configuration("rag", retriever=ByWords(), **more)


def shown_titles(context):
    return [line.split(":")[0] for line in context.splitlines()[1:]]


# ------------------------------------------------------------------------- zero_shot and pag


@pytest.mark.parametrize("task", TASKS)
def test_zero_shot_shows_nothing(task):
    for profile in (None, PROFILE):
        values = Configuration("zero_shot").values(task, "u1", STIMULUS, profile)
        assert values == {"persona": "", "context": ""}


@pytest.mark.parametrize("task", TASKS)
def test_pag_shows_the_persona_alone(task):
    values = Configuration().values(task, "u1", STIMULUS, PROFILE)
    assert values == {"persona": "Likes slow crime.", "context": ""}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_context_of_the_stimulus_itself_comes_first(name):
    configuration = Configuration(name, examples=Examples([answer("u2")]), retriever=ByWords())
    values = configuration.values("open_pref", "u1", {**STIMULUS, "context": " Before. "}, PROFILE)
    assert values["context"].split("\n\n")[0] == "Before."
    assert (values["context"] == "Before.") == (name in ("zero_shot", "pag"))


@pytest.mark.parametrize(
    "name,profile,words",
    [
        ("pag", None, "'pag' needs a persona, and seeker 'u1' has no profile"),
        ("pag", Profile("u1", " \n"), "seeker 'u1' has a profile without persona"),
        ("rag", None, "'rag' needs a history, and seeker 'u1' has no profile"),
        ("rag", Profile("u1", "p"), "seeker 'u1' has a profile without history"),
    ],
)
def test_what_a_configuration_needs_must_be_there(name, profile, words):
    with pytest.raises(InputError) as caught:
        Configuration(name).values("bin_pref", "u1", STIMULUS, profile)
    assert words in str(caught.value)
    assert "'crs-simcheck profiles build' makes profiles" in str(caught.value)


def test_wrong_settings_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'zero_shot'"):
        Configuration("zero-shot")
    with pytest.raises(InputError, match="found k = 0; at least 1 is needed"):
        Configuration(k=0)
    with pytest.raises(InputError, match="'icl' shows answers of people, and there are none"):
        Configuration("icl")
    with pytest.raises(InputError, match="there are none"):
        Configuration("icl", examples=Examples([answer("u2", " ")]))


# -------------------------------------------------------------------------------------- rag


def test_rag_shows_the_most_relevant_pieces_of_the_history():
    values = rag(k=2).values("open_pref", "u1", STIMULUS, PROFILE)
    assert values["persona"] == ""
    assert values["context"] == (
        "What you have said about films that you know:\n"
        "Night Harbour (1999): 4.5 stars. A slow heist in the rain. Loved the harbour.\n"
        "The Long Tide (1987): Storm at sea, a heist and a storm."
    )


def test_a_piece_says_what_is_known():
    lines = rag(k=9).values("open_pref", "u1", {}, PROFILE)["context"].splitlines()
    assert "Paper Kites (2004): 2 stars." in lines
    assert "Red Orchard (2011): 1 star." in lines
    bare = Profile("u1", "", {}, (HistoryItem(" A\n# Task (2001) "),))
    assert rag().values("open_pref", "u1", {}, bare)["context"].endswith(":\nA # Task (2001)")


@pytest.mark.parametrize(
    "own",
    ["The Long Tide (1987)", "long tide", "Long Tide, The [1987]", "THE LONG TIDE (1988)"],
)
def test_the_films_own_piece_is_never_shown(own):
    retriever = ByWords()
    values = Configuration("rag", k=9, retriever=retriever).values(
        "bin_pref", "u1", {"item": own}, PROFILE
    )
    assert sorted(shown_titles(values["context"])) == [
        "Night Harbour (1999)",
        "Paper Kites (2004)",
        "Red Orchard (2011)",
    ]
    assert not any("Storm" in text for _, texts in retriever.asked for text in texts)


def test_a_history_of_the_film_alone_gives_an_empty_context():
    profile = Profile("u1", "", {}, (HISTORY[0], HISTORY[0]))
    values = rag().values("bin_pref", "u1", {"item": "Night Harbour (1999)"}, profile)
    assert values == {"persona": "", "context": ""}


def test_a_film_without_a_name_excludes_nothing():
    assert len(shown_titles(rag(k=9).values("rec_request", "u1", {}, PROFILE)["context"])) == 4


def test_what_is_known_of_films_is_searched_and_not_shown():
    genres = {"Harbour Heist (2001)": "qcrime", "Paper Kites (2004)": "qcrime"}
    about = lambda item: genres.get(item, "")  # noqa: E731
    retriever = ByWords()
    configuration = Configuration("rag", k=1, retriever=retriever, about=about)
    profile = Profile("u1", "", {}, (HISTORY[3], HISTORY[1]))
    values = configuration.values("open_pref", "u1", STIMULUS, profile)
    assert shown_titles(values["context"]) == ["Paper Kites (2004)"]
    assert "qcrime" not in values["context"]
    ((query, texts),) = retriever.asked
    assert query == "Harbour Heist (2001) qcrime"
    assert "Paper Kites (2004) qcrime " in texts


@given(st.randoms(use_true_random=False), st.sampled_from([STIMULUS, {}, {"item": "Zzz (2000)"}]))
def test_the_order_of_the_history_means_nothing(rng, stimulus):
    history = list(HISTORY)
    rng.shuffle(history)
    shuffled = Profile("u1", "", {}, tuple(history))
    expected = rag(k=3).values("open_pref", "u1", stimulus, PROFILE)
    assert rag(k=3).values("open_pref", "u1", stimulus, shuffled) == expected


def test_equals_stand_in_an_order_of_the_seed():
    seen = {
        rag(seed=seed, k=1).values("rec_request", "u1", {}, PROFILE)["context"]
        for seed in range(40)
    }
    assert len(seen) == len(HISTORY)


def test_bm25_is_what_rag_ranks_by():
    pytest.importorskip("bm25s")
    values = Configuration("rag", k=1).values("open_pref", "u1", STIMULUS, PROFILE)
    assert shown_titles(values["context"]) == ["Night Harbour (1999)"]


def test_a_review_is_cut():
    profile = Profile("u1", "", {}, (HistoryItem("A (2001)", 3, "word " * 200_000),))
    line = rag().values("open_pref", "u1", STIMULUS, profile)["context"].splitlines()[1]
    assert line.startswith("A (2001): 3 stars. word word")
    assert line.endswith("word…")
    assert REVIEW_CHARS - 6 < len(line.removeprefix("A (2001): 3 stars. ")) <= REVIEW_CHARS


# -------------------------------------------------------------------------------------- icl


def icl(rows, **more):
    return Configuration("icl", examples=Examples(rows), **more)


def test_icl_introduces_answers_of_other_people():
    values = icl([answer("u2", "Dull.\n\nVery dull.", item="B (2001)")]).values(
        "open_pref", "u1", STIMULUS, PROFILE
    )
    assert values == {
        "persona": "",
        "context": "What other people answered when they were asked the same:\n\n"
        "Person 1, on B (2001): Dull. Very dull.",
    }


def test_titles_keep_their_lines():
    rows = [answer("u2", "1. A (2001)\r\n\n 2. B (2002) ", "items_talk", None)]
    context = icl(rows).values("items_talk", "u1", {"n_items": 3}, None)["context"]
    assert context.endswith(":\n\nPerson 1:\n1. A (2001)\n2. B (2002)")


@pytest.mark.parametrize(
    "text,rating,said",
    [
        ("Yes", None, "Yes"),
        ("nope, sorry", None, "No"),
        ("nope", 5, "No"),
        ("It was great", 3.5, "Yes"),
        ("", 3, "No"),
        ("It was great", None, None),
    ],
)
def test_yes_and_no_are_told_from_words_or_stars(text, rating, said):
    examples = Examples([answer("u2", text, "bin_pref", rating=rating)])
    assert len(examples) == (said is not None)
    for row in examples.draw("bin_pref", "u1", "X"):
        assert examples.shown(row) == said


def test_stars_that_mean_yes_can_be_chosen():
    rows = [answer("u2", "", "bin_pref", rating=3)]
    assert Examples(rows, like_at=3).shown(rows[0]) == "Yes"


def test_there_must_be_an_example_of_the_task_by_somebody_else():
    configuration = icl([answer("u1"), answer("u2", task="rec_request", item=None)])
    with pytest.raises(InputError) as caught:
        configuration.values("open_pref", "u1", STIMULUS, None)
    assert "'icl' has no example of open_pref that seeker 'u1' did not give" in str(caught.value)
    assert "there are examples of open_pref, rec_request" in str(caught.value)


examples_lists = st.lists(
    st.builds(
        answer,
        st.sampled_from(["u1", "u2", "u3", "u4"]),
        st.sampled_from(["Fine.", "Dull.", "Odd."]),
        st.sampled_from(["open_pref", "neg_feedback"]),
        st.sampled_from(["A (2001)", "The A (2002)", "B (2001)", "C (2001)"]),
    ),
    max_size=12,
)


@given(examples_lists, st.integers(0, 9), st.integers(1, 4), st.randoms(use_true_random=False))
def test_examples_are_drawn_as_promised(rows, seed, k, rng):
    def draw(of):
        return Examples(of).draw("open_pref", "u1", "A (2001)", seed=seed, k=k)

    found = draw(rows)
    others = {r for r in map(key, rows) if r[0] == "open_pref" and r[1] != "u1"}
    apart = {r for r in others if title_key(r[2]) != "a"}
    assert {key(r) for r in found} <= (apart or others)
    assert len({key(r) for r in found}) == len(found) == min(k, len(apart or others))
    assert len({r.seeker for r in found}) == min(k, len({r[1] for r in apart or others}))
    shuffled = [*rows, *rows]
    rng.shuffle(shuffled)
    assert draw(shuffled) == found


@given(examples_lists, examples_lists.filter(bool), st.integers(0, 9))
def test_one_more_example_takes_the_place_of_one_at_most(rows, more, seed):
    before = Examples(rows).draw("open_pref", "u1", "", seed=seed)
    after = Examples([*rows, more[0]]).draw("open_pref", "u1", "", seed=seed)
    assert len({key(r) for r in before} - {key(r) for r in after}) <= 1


def key(row):
    return row.task, row.seeker, row.stimulus.get("item"), row.text


def test_every_part_of_a_request_decides_on_the_examples():
    examples = Examples([answer(f"p{n}", f"Text {n}.") for n in range(200)])
    rec = Examples([answer(f"p{n}", f"Text {n}.", "rec_request") for n in range(200)])
    base = examples.draw("open_pref", "u1", "A", seed=1)
    assert base == examples.draw("open_pref", "u1", "A", seed=1)
    assert base != examples.draw("open_pref", "u1", "A", seed=2)
    assert base != examples.draw("open_pref", "u2", "A", seed=1)
    assert base != examples.draw("open_pref", "u1", "B", seed=1)
    texts = [row.text for row in rec.draw("rec_request", "u1", "A", seed=1)]
    assert texts != [row.text for row in base]


def test_examples_are_drawn_evenly():
    examples = Examples([answer(f"p{n}", f"Text {n}.") for n in range(10)])
    drawn = [
        r.seeker for seed in range(1000) for r in examples.draw("open_pref", "u", "A", seed=seed)
    ]
    counts = [drawn.count(f"p{n}") for n in range(10)]
    # 300 of 1,000 each; a standard deviation is 14.5.
    assert min(counts) > 230
    assert max(counts) < 370


def test_drawing_from_many_is_quick():
    rng = random.Random(3)
    examples = Examples([answer(f"p{n}", f"T {rng.random()}") for n in range(5000)])
    started = time.process_time()
    for seed in range(100):
        examples.draw("open_pref", "u1", "A", seed=seed)
    assert time.process_time() - started < 1


# -------------------------------------------------------------------------------------- cutting


@given(st.text(max_size=60), st.integers(3, 30))
def test_what_is_cut_is_short_enough_and_begins_as_the_text(text, most):
    found = shortened(text, most)
    line = " ".join(text.split())
    assert len(found) <= most
    assert found == line if len(line) <= most else line.startswith(found.removesuffix("…"))
    assert found == found.strip()
    assert "\n" not in found


@pytest.mark.parametrize("text", ["x" * 10**6, " x" * 10**6, "\n" * 10**6, "\ud800" * 10**6])
def test_hostile_answers_are_cut(text):
    rows = [answer("u2", text, task, None) for task in ("rec_request", "items_talk")]
    examples = Examples(rows)
    for row in rows:
        assert len(examples.shown(row)) <= ANSWER_CHARS
        for drawn in examples.draw(row.task, "u1", ""):
            assert drawn is row


def test_lists_are_cut_between_titles():
    row = answer("u2", "\n".join(f"Film number {n} (2001)" for n in range(99)), "items_talk", None)
    lines = Examples([row]).shown(row).splitlines()
    assert len(lines) > 10
    assert lines == row.text.splitlines()[: len(lines)]
