"""Markup, titles, languages and the list of products."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.baselines.sources.amazon.language import (
    LANGUAGES,
    guess_language,
    may_be_in,
)
from crs_simcheck.baselines.sources.amazon.products import films_of
from crs_simcheck.baselines.sources.amazon.text import review_text, title_and_year
from crs_simcheck.catalogue import split_year
from tests.unit.baselines.made_up_amazon import META, product, write


@pytest.mark.parametrize(
    "raw,plain",
    [
        ("Good.<br />Very good.", "Good.\nVery good."),
        ("Good.<br><br/>\n <BR /> Very  good.", "Good.\nVery good."),
        ("He said &#34;see it&#34; &amp; left", 'He said "see it" & left'),
        ("twice &amp;quot;escaped&amp;quot;", 'twice "escaped"'),
        ("a&nbsp;b", "a b"),
        ("I <3 it, 2 < 3 > 1", "I <3 it, 2 < 3 > 1"),
        ("<sarcasm>great</sarcasm>", "<sarcasm>great</sarcasm>"),
        ('see <a class="x" href="/dp/B00">this</a> one', "see this one"),
        ("<b>Bold</b> and <i>thin</i>", "Bold and thin"),
        ("[[VIDEOID:3a9f8c]]Look at it", "Look at it"),
        ("as good as [[ASIN:B00ABWKL3I Paper Lions]], no less", "as good as Paper Lions, no less"),
        ('<div id="video"></div><input type="hidden" value="https://x/y.mp4">&nbsp;Nice', "Nice"),
        ("<br />&nbsp;<br />", ""),
        ("  one\r\n\r\ntwo  ", "one\ntwo"),
        ("", ""),
        ("lone \ud800 surrogate", "lone \ud800 surrogate"),
        ("\u202eright to left\u202c", "\u202eright to left\u202c"),
    ],
)
def test_review_text(raw, plain):
    assert " ".join(review_text(raw).split(" ")).replace("  ", " ") == plain


@given(st.text())
def test_any_text_is_read_and_only_shrinks(raw):
    assert len(review_text(raw)) <= len(raw)


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<", "<a ", "&#", "&amp;", "[[ASIN:", "<br", " \n", "<a <a"])
def test_a_megabyte_of_odd_markup_takes_no_time(piece):
    assert isinstance(review_text(piece * (1_000_000 // len(piece))), str)
    assert isinstance(review_text(piece + " " * 1_000_000), str)


@pytest.mark.parametrize(
    "raw,title,year",
    [
        ("Paper Lions", "Paper Lions", None),
        ("Paper Lions (1995)", "Paper Lions", 1995),
        ("Paper Lions [DVD]", "Paper Lions", None),
        ("Paper Lions [VHS]", "Paper Lions", None),
        ("Paper Lions (Blu-ray)", "Paper Lions", None),
        ("Paper Lions (1995) [Blu-ray]", "Paper Lions", 1995),
        ("Paper Lions [Blu-ray] (1995)", "Paper Lions", 1995),
        ("Paper Lions (Two-Disc Special Edition)", "Paper Lions", None),
        ("Paper Lions (Widescreen Edition) (1995) [DVD]", "Paper Lions", 1995),
        ("Paper Lions (Blu-ray + DVD + Digital Copy)", "Paper Lions", None),
        ("Paper Lions 4K Ultra HD", "Paper Lions", None),
        ("Paper Lions - DVD", "Paper Lions", None),
        ("Paper Lions DVD", "Paper Lions", None),
        ("Paper Lions on DVD", "Paper Lions", None),
        ("Paper Lions (20th Anniversary Collector's Edition)", "Paper Lions", None),
        ("Paper Lions [Region 2] [Import]", "Paper Lions", None),
        ("Paper Lions (Part 2)", "Paper Lions (Part 2)", None),
        ("Paper Lions: Season 1", "Paper Lions: Season 1", None),
        ("Lions &amp; Tigers [DVD]", "Lions & Tigers", None),
        ("DVD", "DVD", None),
        ("[DVD]", "[DVD]", None),
        ("2012", "2012", None),
        ("The Import", "The Import", None),
        ("  Paper   Lions ", "Paper Lions", None),
    ],
)
def test_title_and_year(raw, title, year):
    assert title_and_year(raw) == (title, year)


@given(st.text(min_size=1))
def test_a_title_is_stable(raw):
    title, year = title_and_year(raw)
    again = title_and_year(title)
    assert again[0] == title or year is not None
    assert split_year(title)[1] is None or year is not None


@pytest.mark.parametrize(
    "text,language",
    [
        ("It was the best film of the year and I loved it", "en"),
        ("Muy buena la película, todo es como lo esperaba", "es"),
        ("Très bon film, je ne suis pas déçu", "fr"),
        ("Der Film ist sehr gut und nicht zu lang", "de"),
        ("Un film molto bello, non è come gli altri", "it"),
        ("Filme muito bom, eu gostei mais do que o outro", "pt"),
        ("Het is een goed verhaal en niet te lang", "nl"),
        ("とても良い映画でした", "ja"),
        ("非常好的电影", "zh"),
        ("아주 좋은 영화", "ko"),
        ("Очень хороший фильм", "ru"),
        ("Πολύ καλή ταινία", "el"),
        ("Wow!!!", None),
        ("", None),
        ("\ud800\U0001f600 123", None),
    ],
)
def test_guess_language(text, language):
    assert guess_language(text) == language


def test_short_texts_stay_where_their_script_fits():
    assert may_be_in("Wow!!!", "en")
    assert may_be_in("Wow!!!", "es")
    assert not may_be_in("Wow!!!", "ja")
    assert not may_be_in("Очень", "en")
    assert {"en", "es", "ja", "ru"} <= set(LANGUAGES)


@given(st.text())
def test_any_text_has_a_guess(text):
    assert guess_language(text) in (None, *LANGUAGES)


def test_films_come_from_the_list_with_titles_years_and_genres(tmp_path):
    path = write(tmp_path / "meta.jsonl.gz", [*META, {"title": 3}, {"parent_asin": 5}])
    keys = [product(n) for n in (0, 10, 20, 30, 40)]
    catalogue, label_of = films_of(path, keys)
    assert label_of == {
        product(0): "Paper Lions (1995)",
        product(10): "Green Winter (2021)",
        product(20): "Paper Lions (1995)",
    }
    winter, lions = catalogue.items
    assert (winter.genres, winter.mean_rating) == (("comedy", "drama"), 3.0)
    assert (lions.genres, lions.popularity) == (("action", "adventure"), 25.0)
    assert lions.mean_rating == 4.5


def test_the_list_of_2018_and_odd_lines(tmp_path):
    path = tmp_path / "meta.json"
    old = {
        "asin": "B1",
        "title": "Paper Lions [VHS]",
        "category": ["Movies & TV", "Horror"],
        "also_buy": ["B2", "B3"],
    }
    web = {"asin": "B2", "title": "var aPageStart = (new Date()).getTime();" * 20}
    lines = ["{", "[]", "", json.dumps(old), json.dumps(old | {"title": "Later"}), json.dumps(web)]
    escaped = json.dumps({"asin": "B4", "title": "Tide"}).replace("B4", "B\\u0034")
    path.write_text("\n".join([*lines, escaped]), encoding="utf-8")
    catalogue, label_of = films_of(path, {"B1", "B2", "B4"})
    assert label_of == {"B1": "Paper Lions", "B4": "Tide"}
    assert [item.genres for item in catalogue] == [("horror",), ()]
    assert not catalogue.has("popularity")
