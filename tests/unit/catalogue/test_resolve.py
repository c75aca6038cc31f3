import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.catalogue import Catalogue, Item, Match, Resolver, split_year

LABELS = (
    "Heat (1995)",
    "Heat (1986)",
    "Matrix, The (1999)",
    "Rocky II (1979)",
    "Rocky III (1982)",
    "The Descent (2005)",
    "Descent (2005)",
    "Ran",
    "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
    "Star Wars: Episode V - The Empire Strikes Back (1980)",
    "Kill Bill: Vol. 1 (2003)",
    "Kill Bill: Vol. 2 (2004)",
    "Cops and Robbersons (1994)",
    "Judgment Night (1993)",
    "Oldboy (2003)",
    "Watchmen (2009)",
    "Daddy's Little Girls (2007)",
    "The Hunger Games: Mockingjay - Part 1 (2014)",
    "Seven (a.k.a. Se7en) (1995)",
    "Emma (1996)",
    "Emma (1996)",
    "Up (2009)",
    "Winter of the Dead Souls (2010)",
    "Winter of the Deep Souls (2011)",
    "Titanic",
    "Titanic (1997)",
    "Superbad Nightmares (2007)",
    "Supperbad Nightmares (2008)",
)
FILMS = Catalogue("films", tuple(Item(*split_year(label)) for label in LABELS))
RESOLVER = Resolver(FILMS)


def found(text):
    match = RESOLVER.resolve(text)
    return match.kind, None if match.index is None else LABELS[match.index]


@pytest.mark.parametrize(
    "text, kind, label",
    [
        ("Heat (1995)", "exact", "Heat (1995)"),
        ('"Heat"  [1995]', "exact", "Heat (1995)"),
        ("heat (1986)", "normalised", "Heat (1986)"),
        ("The Matrix (1999)", "normalised", "Matrix, The (1999)"),
        ("the matrix", "normalised", "Matrix, The (1999)"),
        ("The Matrix (2000)", "normalised", "Matrix, The (1999)"),
        ("The Matrix (2001)", "unknown", None),
        ("Heat", "ambiguous", None),
        ("Rocky 2 (1979)", "normalised", "Rocky II (1979)"),
        ("Ran", "exact", "Ran"),
        ("ran", "normalised", "Ran"),
        ("Ran (1985)", "normalised", "Ran"),
        ("the descent (2005)", "normalised", "The Descent (2005)"),
        ("descent (2005)", "normalised", "Descent (2005)"),
        ("A Descent (2005)", "ambiguous", None),
        ("the descent", "normalised", "The Descent (2005)"),
        ("descent", "normalised", "Descent (2005)"),
        ("a descent", "ambiguous", None),
        ("Descent (2006)", "normalised", "Descent (2005)"),
        ("Descent, The (2005)", "normalised", "The Descent (2005)"),
        (
            "The City of Lost Children (1995)",
            "normalised",
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
        ),
        (
            "La cité des enfants perdus",
            "normalised",
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
        ),
        ("Se7en (1995)", "normalised", "Seven (a.k.a. Se7en) (1995)"),
        ("Heat (Director's Cut) (1995)", "normalised", "Heat (1995)"),
        (
            "The Empire Strikes Back (1980)",
            "fuzzy",
            "Star Wars: Episode V - The Empire Strikes Back (1980)",
        ),
        ("The Empire Strikes Back (1981)", "unknown", None),
        ("Tyler Perry's Daddy's Little Girls (2007)", "fuzzy", "Daddy's Little Girls (2007)"),
        ("Watchmen: Tales of the Black Freighter (2009)", "unknown", None),
        ("Kill Bill (2003)", "fuzzy", "Kill Bill: Vol. 1 (2003)"),
        ("Kill Bill: Volume Two (2004)", "fuzzy", "Kill Bill: Vol. 2 (2004)"),
        ("Kill Bill: Vol. 2 (2003)", "normalised", "Kill Bill: Vol. 2 (2004)"),
        ("Judgement Night (1993)", "fuzzy", "Judgment Night (1993)"),
        ("Judgement Night (1990)", "unknown", None),
        ("Judgement Night", "unknown", None),
        ("Old Boy (2003)", "fuzzy", "Oldboy (2003)"),
        ("Cops and Robbers (1994)", "unknown", None),
        ("The Hunger Games: Mockingjay - Part 2 (2015)", "unknown", None),
        (
            "The Hunger Games: Mockingjay, Part One (2014)",
            "fuzzy",
            "The Hunger Games: Mockingjay - Part 1 (2014)",
        ),
        ("Rocky 3 (1979)", "unknown", None),
        ("Rocky (1979)", "unknown", None),
        ("Emma (1996)", "exact", "Emma (1996)"),
        ("emma", "normalised", "Emma (1996)"),
        ("Upp (2009)", "unknown", None),
        ("Judgment Night In (1993)", "unknown", None),
        ("Suberbad Nightmares (2007)", "ambiguous", None),
        ("Titanic (1953)", "ambiguous", None),
        ("Titanic", "exact", "Titanic"),
        ("titanic", "ambiguous", None),
        ("A film nobody made (1995)", "unknown", None),
        ("(1995)", "unknown", None),
        ("", "unknown", None),
        ("\ud800", "unknown", None),
    ],
)
def test_a_mention_is_resolved(text, kind, label):
    assert found(text) == (kind, label)


def test_candidates_are_listed():
    assert RESOLVER.resolve("Heat") == Match("ambiguous", None, (0, 1))
    assert RESOLVER.resolve("Heat (2013)") == Match("unknown", None, (0, 1))
    assert RESOLVER.resolve("A Descent (2005)").candidates == (5, 6)
    freighter = RESOLVER.resolve("Watchmen: Tales of the Black Freighter (2009)")
    assert freighter.candidates == (LABELS.index("Watchmen (2009)"),)


def test_years_on_both_sides_are_ambiguous():
    two = Resolver(Catalogue("two", (Item("Heat", 1994), Item("Heat", 1996))))
    assert two.resolve("Heat (1995)") == Match("ambiguous", None, (0, 1))
    assert two.resolve("Heat (1997)") == Match("normalised", 1)


def test_a_title_that_looks_like_a_label_is_found_by_its_own_label():
    odd = Resolver(Catalogue("odd", (Item("September 30, 1955"), Item("Heat (1995)"))))
    assert odd.resolve("September 30, 1955") == Match("exact", 0)
    assert odd.resolve("Heat (1995)") == Match("exact", 1)


def test_an_answer_is_cached():
    assert RESOLVER.resolve("Old Boy (2003)") is RESOLVER.resolve("Old Boy (2003)")


def test_an_empty_catalogue_knows_nothing():
    nothing = Resolver(Catalogue("nothing", ()))
    assert nothing.resolve("Heat (1995)") == Match("unknown", None)
    assert nothing.catalogue.name == "nothing"


ITEMS = st.builds(
    Item,
    title=st.one_of(
        st.sampled_from(["Heat", "The Heat", "Heat, 1995", "Heat (1995)", "Rocky II", "$", "The"]),
        st.text(st.characters(exclude_categories=()), min_size=1),
    ).filter(str.strip),
    year=st.none() | st.integers(1993, 1997),
)


@given(st.lists(ITEMS, max_size=8))
def test_every_film_is_found_by_its_own_label(items):
    resolver = Resolver(Catalogue("any", tuple(items)))
    for item in items:
        match = resolver.resolve(item.label)
        assert match.kind == "exact"
        # Of films with one label (white space aside) the first is meant.
        labels = [" ".join(other.label.split()) for other in items]
        assert match.index == labels.index(" ".join(item.label.split()))


def test_of_films_with_one_label_the_first_is_meant():
    match = RESOLVER.resolve("Emma (1996)")
    assert match == Match("exact", LABELS.index("Emma (1996)"))


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=())),
        st.sampled_from(LABELS).flatmap(lambda label: st.permutations(label).map("".join)),
        st.text(st.sampled_from("Heat Rocky:-'s,()[]1995ofrI"), max_size=30),
    ),
    st.sampled_from(["", " (1995)", " (2003)"]),
)
def test_any_text_gives_a_consistent_match(text, year):
    match = RESOLVER.resolve(text + year)
    assert (match.index is None) == (match.kind in ("ambiguous", "unknown"))
    assert all(0 <= film < len(FILMS) for film in match.candidates)
    assert match.kind != "ambiguous" or match.candidates


@pytest.mark.slow
def test_ten_thousand_mentions_take_about_a_second():
    titles = [f"The {a} of {b}" for a in WORDS for b in WORDS]
    films = Catalogue(
        "many", tuple(Item(title, 1950 + i % 70) for i, title in enumerate(titles[:7000]))
    )
    mentions = [f"{title}s ({1950 + i % 70})" for i, title in enumerate(titles)]
    started = time.perf_counter()
    resolver = Resolver(films)
    for mention in mentions[:10_000]:
        resolver.resolve(mention)
    assert time.perf_counter() - started < 10  # a second or two; slow machines get room


WORDS = [
    f"{head}{tail}"
    for head in (
        "gold",
        "river",
        "night",
        "storm",
        "winter",
        "shadow",
        "silver",
        "stone",
        "fire",
        "sea",
    )
    for tail in ("en", "fall", "ward", "light", "born", "keep", "song", "land", "gate", "watch")
]
