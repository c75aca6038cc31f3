import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crs_simcheck.catalogue import normalise_text, normalise_title, split_year
from crs_simcheck.catalogue.normalise import (
    _ASCII_FOLDED,
    _NEEDS_CARE,
    _fold,
    _move_article,
    article_title,
)

# Surrogates are code points of a str like any other.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
TITLE_LIKE = st.text(st.sampled_from("The aXIiv.,'&-()’é 12A½か\u3099\u0345\u200d"), max_size=25)


@pytest.mark.parametrize(
    "label, expected",
    [
        ("Heat (1995)", ("Heat", 1995)),
        ("  The   Shining  (1980) ", ("The Shining", 1980)),
        ("Heat", ("Heat", None)),
        ("Heat, 1995", ("Heat", 1995)),
        ("Heat [1995]", ("Heat", 1995)),
        ("Heat(1995)", ("Heat", 1995)),
        ('"Heat" (1995)', ("Heat", 1995)),
        ('"Heat (1995)"', ("Heat", 1995)),
        ("“Heat” (1995)", ("Heat", 1995)),
        ("**Heat (1995)**", ("Heat", 1995)),
        ("*Heat* (1995)", ("Heat", 1995)),
        ('"Heat" and "Ronin" (1998)', ('"Heat" and "Ronin"', 1998)),
        ("1984 (1984)", ("1984", 1984)),
        ("1984", ("1984", None)),
        ("Blade Runner 2049", ("Blade Runner 2049", None)),
        ("September 30, 1955 (1977)", ("September 30, 1955", 1977)),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer", 2009)),
        ("Heat (1879)", ("Heat (1879)", None)),
        ("Heat (2101)", ("Heat (2101)", None)),
        ("Heat (1880)", ("Heat", 1880)),
        ("Heat (2100)", ("Heat", 2100)),
        ("Heat (1995]", ("Heat (1995]", None)),
        ("Heat (1995) - a comment", ("Heat (1995) - a comment", None)),
        ("Heat (١٩٩٥)", ("Heat (١٩٩٥)", None)),
        ("(1995)", ("(1995)", None)),
        ('"" (1995)', ('""', 1995)),
        ("", ("", None)),
    ],
)
def test_a_label_is_split_into_title_and_year(label, expected):
    assert split_year(label) == expected


@pytest.mark.parametrize(
    "title, expected",
    [
        ("Matrix, The", "matrix"),
        ("The Matrix", "matrix"),
        ("Beautiful Mind, A", "beautiful mind"),
        ("Good, the Bad and the Ugly, The", "good the bad and the ugly"),
        ("Cité des enfants perdus, La", "la cite des enfants perdus"),
        ("La Cité des Enfants Perdus", "la cite des enfants perdus"),
        ("La La Land", "la la land"),
        ("Die Hard", "die hard"),
        ("Avventura, L'", "lavventura"),
        ("L'avventura", "lavventura"),
        ("The", "the"),
        ("A", "a"),
        ("The A", "a"),
        (", The", "the"),
        ("The, The", "the"),
        ("Love & Basketball", "love and basketball"),
        ("Schindler's List", "schindlers list"),
        ("Schindler’s List", "schindlers list"),
        ("WALL·E", "wall e"),
        ("E.T. the Extra-Terrestrial", "et the extra terrestrial"),
        ("M*A*S*H", "mash"),
        ("Mr. Nobody", "mr nobody"),
        ("10,000 BC", "10000 bc"),
        ("Rocky II", "rocky 2"),
        ("Rocky XX", "rocky 20"),
        ("Star Wars: Episode IV – A New Hope", "star wars episode 4 a new hope"),
        ("Final Fantasy Ⅶ", "final fantasy 7"),
        ("X-Men", "x men"),
        ("The X-Files", "x files"),
        ("V for Vendetta", "v for vendetta"),
        ("II", "ii"),
        ("I", "i"),
        ("Withnail & I", "withnail and i"),
        ("Rocky XXI", "rocky xxi"),
        ("8½", "8 1 2"),
        ("Alien³", "alien 3"),
        ("Amélie", "amelie"),
        ("Æon Flux", "aeon flux"),
        ("Smørrebrød", "smorrebrod"),
        ("Straße", "strasse"),
        ("七人の侍", "七人の侍"),
        ("が", "が"),
        ("Солярис", "солярис"),
        ("शोले", "शोले"),
        ("기생충", "기생충"),
        ("$", "$"),
        ("???", "???"),
        ("", ""),
        (" \n", ""),
        ("\ud800", "\ud800"),
        ("Heat \ud800", "heat"),
    ],
)
def test_a_title_is_normalised(title, expected):
    assert normalise_title(title) == expected


def test_titles_of_punctuation_stay_apart():
    assert normalise_title("$") != normalise_title("???")


def test_the_article_can_be_kept():
    assert article_title("Descent, The") == article_title("The Descent") == "the descent"
    assert article_title("Descent") == "descent"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("I LOVED 'The Matrix', and Amélie!", "i loved the matrix and amelie"),
        ("Rocky II & III", "rocky ii and iii"),
        ("Matrix, The", "matrix the"),
        ("don’t", "dont"),
        ("!!!", ""),
        ("", ""),
    ],
)
def test_prose_is_normalised_without_articles_and_numerals(text, expected):
    assert normalise_text(text) == expected


@given(st.one_of(ANY_TEXT, TITLE_LIKE))
@example("か'\u3099")
@example("the a, an")
@example("\u0345\u0301")
def test_normalising_twice_changes_nothing(text):
    once = normalise_title(text)
    assert normalise_title(once) == once
    prose = normalise_text(text)
    assert normalise_text(prose) == prose


def test_every_character_that_folds_is_stable():
    for character in map(chr, range(sys.maxunicode + 1)):
        kind = unicodedata.category(character)
        folded = unicodedata.normalize("NFKD", character.casefold())
        if folded != character or kind in ("No", "Cf", "Mn", "Mc", "Me"):
            once = normalise_text(f"a{character}b")
            assert normalise_text(once) == once, ascii(character)


@given(ANY_TEXT)
def test_a_title_is_empty_only_where_it_is_blank(text):
    # Format characters, such as a zero-width joiner, are blank as well.
    if any(c.isalnum() for c in text):
        assert normalise_title(text)


@given(ANY_TEXT)
def test_case_and_outer_whitespace_do_not_matter(text):
    assert normalise_title(f"  {text}\t") == normalise_title(text)
    assert normalise_title(text.casefold()) == normalise_title(text)


@given(st.one_of(ANY_TEXT, TITLE_LIKE), st.integers(1880, 2100))
def test_split_year_finds_the_year_that_was_put_on(text, year):
    title, found = split_year(f"{text} ({year})")
    if text.strip():
        assert found == year
        assert title
    else:
        assert found is None


def test_a_hostile_length_is_read_in_reasonable_time():
    for text in (
        "(" * 100_000,
        " " * 100_000 + "x",
        "a." * 50_000,
        ", The" * 20_000,
        "1," * 50_000,
    ):
        split_year(text)
        normalise_title(text)
        normalise_text(text)


@given(st.text(st.characters(codec="ascii"), max_size=25))
@example("The X-Men: Part II (Uncut) #1")
def test_plain_titles_are_folded_at_once_as_with_care(title):
    if _NEEDS_CARE.search(title) is None:
        assert title.translate(_ASCII_FOLDED).split() == _move_article(_fold(title))
