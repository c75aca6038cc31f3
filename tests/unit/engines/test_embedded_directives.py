"""Every directive moves what it says it moves, and nothing else stands for it."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.engines.embedded import DIRECTIVES, EmbeddedEngine
from crs_simcheck.engines.embedded.directives import read_directives
from crs_simcheck.instruments import (
    TitleFinder,
    count_words,
    film_lexicon,
    read_role,
    read_sentiment,
    words,
)
from crs_simcheck.instruments.yesno import is_exact_yes_no, read_yes_no
from crs_simcheck.prompts import default_prompts
from tests.unit.engines.embedded_seekers import (
    answers_to,
    better_prompts,
    chat,
    films,
    prompt_with,
    said,
    seeded,
)

DOCS = Path(__file__).parents[3] / "docs" / "embedded.md"
PLAIN = "- Answer as this person would."
NAIVE_ROLE = "- Answer plainly."

# What somebody might write, and the directives that it must be read as.
READ = {
    "Vary the films that you name.": {"vary"},
    "Give a varied list.": {"vary"},
    "Use a wide variety of titles.": {"vary"},
    "Avoid the most famous films.": {"less_famous"},
    "Name films beyond the obvious ones.": {"less_famous"},
    "Include some hidden gems.": {"less_famous"},
    "Spread them across several decades.": {"decades"},
    "Mix older films with newer ones.": {"decades"},
    "Choose different genres.": {"genres"},
    "Include films from other countries.": {"countries"},
    "Never repeat titles from your history.": {"keep_history"},
    "Do not mention films that you have already watched.": {"keep_history"},
    "Be selective.": {"selective"},
    "Say Yes only if you would give 4 stars or more.": {"selective"},
    "Your threshold is 3.5.": {"selective"},
    "You are extremely picky.": {"selective", "reject_all"},
    "Reply with exactly Yes or No.": {"exactly"},
    "Write one word, nothing else.": {"exactly"},
    "Speak about several aspects of the film.": {"aspects"},
    "Cover every possible aspect.": {"all_aspects"},
    "Mention a specific scene.": {"scenes"},
    "Be honest about what disappointed you.": {"honest"},
    "Name strengths and weaknesses.": {"honest"},
    "Be as harsh as you can.": {"harsh"},
    "Vary your wording.": {"wording"},
    "Use rich, vivid words.": {"wording"},
    "Never repeat the same sentence.": {"wording"},
    "Only use rare and archaic words.": {"rare_words"},
    "Do not name any film.": {"no_titles"},
    "Ask without naming titles.": {"no_titles"},
    "Keep it brief.": {"brief"},
    "Use at most 20 words.": {"brief"},
    "In 15 words or fewer.": {"brief"},
    "Reject clearly.": {"reject"},
    "Say no plainly when a film does not fit.": {"reject"},
    "Give a reason that comes from your persona.": {"reasons"},
    "Say what you would rather watch instead.": {"instead"},
    "Stay in the role of the seeker.": {"role"},
    "Never offer help.": {"role"},
    "Name only obscure films.": {"obscure"},
    "Choose films as rare as possible.": {"obscure"},
}


@pytest.fixture(scope="module")
def engine():
    return EmbeddedEngine(films())


@pytest.mark.parametrize("guideline, wanted", READ.items(), ids=READ)
def test_plain_english_is_understood(guideline, wanted):
    assert wanted <= read_directives(f"- {guideline}").given
    assert wanted <= read_directives(guideline.upper()).given


def test_every_directive_has_an_example_here():
    assert set().union(*READ.values()) == DIRECTIVES.keys()


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        "Answer as this person would.",
        "Name films that you know and that really exist.",
        "If you have not seen the film, say whether you think that you would like it.",
        "Give your own opinion of the film in your own words.",
        "Do not vary the films.",
        "You need not be selective.",
        "There is no need to vary your wording.",
        "Never be harsh.",
    ],
)
def test_what_asks_for_nothing_is_not_misread(nothing):
    assert read_directives(nothing).given - {"role"} == set()


def test_default_prompts_give_no_directive_against_any_bias():
    harmless = {"role", "no_titles", "instead"}
    for prompt in default_prompts().values():
        assert read_directives(prompt.section("Guidelines").text).given <= harmless


@pytest.mark.parametrize(
    "text, stars",
    [
        ("Say Yes from 3.5 stars on.", 3.5),
        ("Say Yes if it deserves 4/5.", 4.0),
        ("at least 4 stars", 4.0),
        ("The threshold is 2.5.", 2.5),
        ("9 stars", None),
        ("0.2 stars", None),
        ("Be selective.", None),
    ],
)
def test_stars_are_read(text, stars):
    assert read_directives(text).stars == stars


@pytest.mark.parametrize(
    "text, number, at_most",
    [
        ("Use at most 20 words.", 20, True),
        ("Write about 70 words.", 70, False),
        ("No more than 9 words", 9, True),
        ("30 words or less", 30, True),
        ("around 1 words", 3, False),
        ("at most 9999 words", 1000, True),
        ("Use few words.", None, False),
    ],
)
def test_numbers_of_words_are_read(text, number, at_most):
    found = read_directives(text)
    assert (found.words, found.at_most) == (number, at_most)


def test_a_name_that_is_no_directive_is_a_slip():
    with pytest.raises(KeyError):
        _ = "brevity" in read_directives("")


@given(st.text(max_size=500))
def test_any_text_can_be_read(text):
    assert read_directives(text).given <= DIRECTIVES.keys()


# -------------------------------------------------------------------- paired: naive, directive


def texts(engine, task, guidelines, n=60):
    return [row.text for row in answers_to(prompt_with(task, guidelines), engine, n=n)]


def named(engine, *guidelines):
    return [m for t in texts(engine, "items_talk", "\n".join(guidelines)) for m in t.splitlines()]


def entropy(some):
    counts = Counter(some)
    return -sum(c / counts.total() * math.log2(c / counts.total()) for c in counts.values())


def log_rank(engine, labels):
    shelf = engine._shelf
    return sum(math.log10(shelf.rank[shelf.place(label)]) for label in labels) / len(labels)


@pytest.mark.parametrize("name", ["vary", "less_famous"])
def test_films_become_more_varied_and_less_famous_by_degrees(engine, name):
    lines = {"vary": "- Vary the films.", "less_famous": "- Avoid the most famous films."}
    naive, one = named(engine, PLAIN), named(engine, lines[name])
    both = named(engine, *lines.values())
    obscure = named(engine, "- Name only obscure films.")
    assert entropy(naive) + 0.5 < entropy(one) < entropy(both)
    fame = [log_rank(engine, some) for some in (naive, one, both, obscure)]
    assert fame == sorted(fame)
    assert fame[1] - fame[0] > 0.3
    assert fame[3] - fame[2] > 0.7


def test_films_are_spread_over_decades(engine):
    def decades(some):
        return entropy(label[-5:-2] for label in some)

    naive = named(engine, PLAIN)
    assert decades(named(engine, "- Choose different decades.")) > decades(naive) + 0.3


def test_films_are_spread_over_genres(engine):
    def overlap(*guidelines):
        pairs = shared = 0
        for text in texts(engine, "items_talk", "\n".join(guidelines), n=100):
            kinds = [set(engine._shelf.film(label).genres) for label in text.splitlines()]
            for i, one in enumerate(kinds):
                for other in kinds[:i]:
                    pairs += 1
                    shared += bool(one & other)
        return shared / pairs

    assert overlap("- Vary the films.", "- Use different genres.") < overlap("- Vary the films.")


def test_films_are_spread_over_countries_where_regions_are_known():
    import dataclasses

    regions = ("US", "US", "US", "US", "Europe", "Asia")
    known = [
        dataclasses.replace(film, region=regions[i % 6]) for i, film in enumerate(films()[:3000])
    ]
    engine = EmbeddedEngine(known)
    by_label = {film.label: film.region for film in known}

    def regions_of(*guidelines):
        return entropy(by_label[label] for label in named(engine, *guidelines))

    vary = "- Vary the films."
    assert regions_of(vary, "- Include other countries.") > regions_of(vary) + 0.03


def yes_share(engine, guidelines):
    answers = [read_yes_no(t) for t in texts(engine, "bin_pref", guidelines, n=30)]
    return answers.count(True) / len(answers)


def test_the_threshold_decides_how_often_yes_is_said(engine):
    shares = [
        yes_share(engine, line)
        for line in (
            PLAIN,
            "- Say Yes only if you would give at least 2.5 stars.",
            "- Be selective.",
            "- Say Yes only if you would give at least 4.5 stars.",
            "- You are extremely picky.",
        )
    ]
    assert shares[0] > 0.95
    assert shares[:4] == sorted(shares[:4], reverse=True)
    assert 0.4 < shares[2] < 0.75
    assert max(shares[3:]) < 0.3
    assert abs(yes_share(engine, "- Be selective: 3.5 stars.") - shares[2]) < 0.11


def test_exactly_means_nothing_but_yes_or_no(engine):
    naive = texts(engine, "bin_pref", PLAIN)
    strict = texts(engine, "bin_pref", "- Answer with exactly Yes or No.")
    assert sum(not is_exact_yes_no(text) for text in naive) > 3
    assert all(is_exact_yes_no(text) for text in strict)


def aspects(some):
    return entropy(a for text in some for a in film_lexicon().read(text))


def test_reviews_speak_of_more_aspects(engine):
    naive = texts(engine, "open_pref", PLAIN)
    several = texts(engine, "open_pref", "- Speak of several aspects.")
    every = texts(engine, "open_pref", "- Cover every possible aspect.")
    assert aspects(naive) < 3 < 6 < aspects(several) < aspects(every)


def sentiments(some):
    found = Counter()
    for text in some:
        read = read_sentiment(text)
        found.update({"neg": read.neg, "neu": read.neu, "pos": read.pos})
    return {name: count / found.total() for name, count in found.items()}


def test_reviews_become_mixed_or_all_bad(engine):
    naive = sentiments(texts(engine, "open_pref", PLAIN))
    honest = sentiments(texts(engine, "open_pref", "- Be honest."))
    harsh = sentiments(texts(engine, "open_pref", "- Be as harsh as you can."))
    assert naive["pos"] > 0.97
    assert min(honest.values()) > 0.15
    assert harsh["neg"] > 0.7


def test_scenes_are_told(engine):
    def told(*guidelines):
        some = texts(engine, "open_pref", "\n".join(guidelines))
        return sum(bool(re.search(r"\b(?:scene|moment|I keep seeing|When the)\b", t)) for t in some)

    aspect = "- Speak of several aspects."
    assert told(aspect, "- Mention a specific scene.") > told(aspect) + 15


def types(some):
    return len({word for text in some for word in words(text)}) / len(some)


@pytest.mark.parametrize("task, factor", [("rec_request", 4), ("open_pref", 1.3)])
def test_wording_becomes_richer(engine, task, factor):
    more = (
        "- Use about 30 words. Speak of several aspects. Reject clearly, and say why. Stay in role."
    )
    plain = texts(engine, task, more)
    rich = texts(engine, task, f"{more}\n- Vary your wording.")
    assert types(rich) > factor * types(plain)


def test_rare_words_are_too_much(engine):
    more = "- About 12 words. Name no titles. Stay in role."
    rich = texts(engine, "rec_request", f"{more} Vary your wording.")
    rare = texts(engine, "rec_request", f"{more} Use only rare and archaic words.")
    common = {"i", "the", "a", "to", "and", "with", "movie", "film"}

    def shares(some):
        said_words = [w for text in some for w in words(text)]
        return sum(w in common for w in said_words) / len(said_words)

    assert shares(rare) < 0.5 * shares(rich)


def test_requests_name_titles_unless_told_not_to(engine):
    finder = TitleFinder(film.label for film in films())
    naive = texts(engine, "rec_request", NAIVE_ROLE)
    told = texts(engine, "rec_request", "- Do not name any title.")
    assert sum(bool(finder.named(text)) for text in naive) > 10
    assert sum(bool(finder.named(text)) for text in told) == 0


@pytest.mark.parametrize("task", ["rec_request", "open_pref", "neg_feedback"])
@pytest.mark.parametrize("rich", ["", "\n- Vary your wording. Speak of several aspects."])
def test_brevity_is_kept(engine, task, rich):
    long = texts(engine, task, PLAIN + rich)
    short = texts(engine, task, "- Be brief." + rich)
    limit = texts(engine, task, "- At most 12 words." + rich)
    mean = [sum(map(count_words, some)) / len(some) for some in (long, short, limit)]
    if task != "neg_feedback":  # which is brief by itself where it is no gush
        assert mean[2] < mean[1] < mean[0]
    # An instrument may see two words where a hyphen or slash joins them.
    assert max(map(count_words, limit)) <= 14


REJECT = "- Reject clearly what does not fit. Stay in role."


def test_what_does_not_fit_is_turned_down(engine):
    rows = answers_to(prompt_with("neg_feedback", PLAIN), engine, n=80)
    naive = [text_accepts(row.text) for row in rows]
    clear = [text_accepts(t) for t in texts(engine, "neg_feedback", REJECT, n=80)]
    never = [text_accepts(t) for t in texts(engine, "neg_feedback", "- You are extremely picky.")]
    assert sum(naive) / len(naive) > 0.9
    assert 0.2 < sum(clear) / len(clear) < 0.7
    assert sum(never) / len(never) < 0.2


def text_accepts(text):
    return not re.search(
        r"(?i)^(?:no\b|sorry|i'll pass|that does not|i don't want|thanks, but|hmm)", text
    )


def test_rejections_go_by_the_persona(engine):
    prompt = prompt_with("neg_feedback", REJECT)
    horror = "Saw (2004)"
    for persona, share in (("Loves horror.", 0.9), ("Loves romance and hates horror.", 0.1)):
        requests = [seeded(chat(prompt, persona, item=horror), seed) for seed in range(40)]
        taken = [text_accepts(text) for text in said(engine, *requests)]
        assert abs(sum(taken) / len(taken) - share) <= 0.11


def test_reasons_and_wishes_come_when_asked_for(engine):
    prompt = prompt_with("neg_feedback", REJECT)
    full = prompt_with(
        "neg_feedback", REJECT + "\n- Give a reason from your taste.\n- Say what you want instead."
    )
    persona = "Loves romance and hates horror."
    for seed in range(10):
        bare, whole = (
            said(engine, seeded(chat(p, persona, item="Saw (2004)"), seed))[0]
            for p in (prompt, full)
        )
        if not text_accepts(whole):
            assert count_words(whole) > count_words(bare) + 8
            assert "horror" in whole.lower()


def test_the_role_is_kept_when_asked_for(engine):
    for task in ("rec_request", "neg_feedback"):
        naive = texts(engine, task, NAIVE_ROLE)
        told = texts(engine, task, "- Stay in the role of the seeker.")
        assert sum(read_role(text).confused for text in naive) > 4
        assert sum(read_role(text).confused for text in told) == 0


def test_nothing_in_a_persona_is_a_directive(engine):
    prompt = default_prompts()["bin_pref"]
    loud = chat(prompt, "Say Yes only from 4.5 stars on. Be selective.", item="Heat (1995)")
    plain = chat(prompt, "", item="Heat (1995)")
    yes = [
        sum(t.startswith("Yes") for t in said(engine, *(seeded(one, s) for s in range(40))))
        for one in (loud, plain)
    ]
    assert min(yes) > 34


def test_the_document_lists_every_directive():
    text = DOCS.read_text(encoding="utf-8")
    for name, directive in DIRECTIVES.items():
        assert f"| `{name}` |" in text, name
        assert directive.about.rstrip(".").replace('"', "") in text.replace('"', ""), name
    assert "no LLM" in text


def test_better_prompts_say_what_the_document_says():
    used = set().union(
        *(read_directives(p.section("Guidelines").text).given for p in better_prompts().values())
    )
    over = {"obscure", "harsh", "rare_words", "all_aspects", "reject_all"}
    assert not used & over
    assert DIRECTIVES.keys() - used == over | {"countries"}


def test_a_threshold_between_half_stars_lies_between_them(engine):
    shares = [
        yes_share(engine, f"- Be selective: at least {stars} stars.")
        for stars in (0.5, 3.0, 3.25, 3.5, 3.75, 4.0, 5.0)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert shares[1] > shares[2] > shares[3] > shares[4] > shares[5]
