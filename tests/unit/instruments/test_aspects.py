"""Aspects by a lexicon, and without one."""

from __future__ import annotations

import dataclasses
import json
import pickle
import subprocess
import sys
import time
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.errors import EmptyInputError, InputError
from crs_simcheck.instruments import aspects
from crs_simcheck.instruments.aspects import (
    film_lexicon,
    grown_film_lexicon,
    open_aspects,
    read_lexicon,
)

WORDS = """
the plot was great but music drags and special effects are bad in my box set kept me on edge of
seat waste time movie director's cut twist ending 80's
"""
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
TALK = st.lists(
    st.sampled_from(
        [
            *WORDS.split(),
            ". ",
            "... ",
            ", ",
            "-",
            "'",
            "! ",
            "Mr. ",
            "e.g. ",
            "(really!)",
        ]
    ),
    max_size=30,
).map(" ".join)

MEGABYTE = 1_000_000
LONG = {
    "prose": "The plot was thin, but I loved the music and the box set. " * (MEGABYTE // 58),
    "no stop": "waste of my " * (MEGABYTE // 12),
    "gaps": "kept me watching worth the " * (MEGABYTE // 27),
    "one word": "a" * MEGABYTE,
    "hyphens": "plot-" * (MEGABYTE // 5),
    "apostrophes": "plot's'" * (MEGABYTE // 7),
    "opinions": "great " * (MEGABYTE // 6),
    "opinions and links": "great and very " * (MEGABYTE // 15),
    "nouns": "acting " * (MEGABYTE // 7),
    "surrogates": "\ud800plot " * (MEGABYTE // 6),
    "accents": "plot" + "\u0301\u0316" * (MEGABYTE // 2),
    "lines": "plot\n" * (MEGABYTE // 5),
}

READINGS = [
    ("The plot is thin.", ["story.plot"]),
    ("Plots and sub-plots, plots!", ["story.plot", "story.subplots"]),
    ("The plot. The plot.", ["story.plot", "story.plot"]),
    ("THE ACTORS WERE MISCAST", ["acting.actors", "acting.casting"]),
    ("Great special effects", ["visuals.special_effects"]),
    ("sound effects", ["sound.sound_effects"]),
    ("It dragged on, it drags, dragging on", ["pace.dragging"]),
    ("What a waste of my precious time", ["engagement.waste_of_time"]),
    ("The Director’s Cut and the director's wife", ["edition.version", "direction.director"]),
    ("I dont want a plot hole, don't you", ["story.plot_holes"]),
    ("a film of the 80's, the ’80s", ["era.decades"]),
    ("Avoid at all costs", []),
    ("That sounds great to me", []),
    ("It is a crime scene", []),
    ("I saw it and it was good", []),
    ("该剧情很好", []),
    ("", []),
]


@pytest.mark.parametrize("text,found", READINGS, ids=[text for text, _ in READINGS])
def test_reads(text, found):
    assert list(film_lexicon().read(text)) == found


def lexicon_of(tmp_path, body, head='name = "x"\n[aspects.a]\n'):
    path = tmp_path / "words.toml"
    path.write_text(head + body, encoding="utf-8")
    return read_lexicon(path)


@pytest.mark.parametrize(
    "term,read,not_read",
    [
        ("lens", ["lens", "LENS", "Lens!"], ["lenses", "len"]),
        ("story", ["story", "stories", "story's"], ["storys"]),
        ("glass", ["glass", "glasses"], ["glas"]),
        ("boring", ["boring"], ["borings", "bored"]),
        ("plot=", ["plot"], ["plots"]),
        ("drag+", ["drag", "drags", "dragged", "dragging"], ["dragon"]),
        ("care+", ["care", "cares", "cared", "caring"], ["careful"]),
        ("cry+", ["cry", "cries", "cried", "crying"], ["cryed"]),
        ("play+", ["play", "plays", "played", "playing"], ["plaied"]),
        ("slow|fast start", ["a slow start", "fast starts"], ["start", "slow-fast"]),
        ("good old? times=", ["good times", "good-old times"], ["good very old times"]),
        ("good (old|golden)? times=", ["good golden times"], ["good goldens times"]),
        ("big fan", ["big fan", "big-fans", "big\tfan", "big, fan"], ["fan", "bigfan"]),
        ("kept * awake", ["kept awake", "kept me wide awake"], ["kept me so very wide awake"]),
        ("can't stop", ["cant stop", "can’t stop"], ["can stop"]),
        ("b&w", ["b&w", "B & W"], ["bw"]),
        ("plot'", ["plot"], []),
        ("été", ["ÉTÉ", "e\u0301te\u0301", "étés"], ["ete"]),
    ],
)
def test_terms(tmp_path, term, read, not_read):
    lexicon = lexicon_of(tmp_path, f'one = "{term}"\n')
    for text in read:
        assert lexicon.read(text) == ("a.one",), text
    for text in not_read:
        assert lexicon.read(text) == (), text


def test_the_longest_term_counts_and_hides_those_within_it(tmp_path):
    lexicon = lexicon_of(
        tmp_path,
        "one = 'picture'\ntwo = 'picture quality, worth * price'\nthree = 'quality'\n",
        head="name = 'x'\nignored = 'quality of life'\n[aspects.a]\n",
    )
    assert lexicon.read("picture quality and quality") == ("a.two", "a.three")
    assert lexicon.read("picture of quality") == ("a.one", "a.three")
    assert lexicon.read("quality of life, worth the picture price") == ("a.two",)
    assert lexicon.read("worth the picture") == ("a.one",)


def test_an_aspect_counts_once_in_a_sentence_and_again_in_the_next():
    assert film_lexicon().read("Plot, music, plot.") == ("story.plot", "music.music")
    assert film_lexicon().read("Plot.\nPlot!") == ("story.plot", "story.plot")


def test_the_film_lexicon_is_whole():
    lexicon = film_lexicon()
    assert lexicon is film_lexicon()
    assert lexicon.name == "film"
    assert len(lexicon.aspects) >= 250
    assert len(set(lexicon.aspects)) == len(lexicon.aspects)
    assert len({aspect.partition(".")[0] for aspect in lexicon.aspects}) >= 30


def test_every_term_of_the_film_lexicon_can_be_read_and_speaks_of_one_aspect():
    # The shipped file is looked into as far as a text goes; this looks at every term.
    source = resources.files("crs_simcheck.instruments") / "data" / "film_aspects.toml"
    with resources.as_file(source) as path:
        lexicon = read_lexicon(path)
        file = aspects.parse(path.read_text(encoding="utf-8"), path)
    assert lexicon == film_lexicon()
    for aspect, terms in file.terms.items():
        for term in terms:
            for sequence in aspects.sequences(term, aspect, "film"):
                text = " ".join(sequence).replace("*", "zz")  # a word that is in no term
                assert lexicon.read(text) == (aspect,), (term, text)


def test_the_version_is_of_the_content(tmp_path):
    lexicon = lexicon_of(tmp_path, "one = 'plot, story'\n")
    assert len(lexicon.version) == 12
    assert lexicon_of(tmp_path, "# new\none = 'story,   plot'\n").version == lexicon.version
    for other in ("one = 'plot'\n", "two = 'plot, story'\n", "one = 'plot, story='\n"):
        assert lexicon_of(tmp_path, other).version != lexicon.version
    assert lexicon_of(tmp_path, "one = 'plot, story'\n", "name='y'\n[aspects.a]\n") != lexicon


def test_a_lexicon_cannot_be_changed_and_can_be_sent():
    lexicon = film_lexicon()
    with pytest.raises(dataclasses.FrozenInstanceError):
        lexicon.name = "other"
    sent = pickle.loads(pickle.dumps(lexicon))
    assert sent == lexicon
    assert sent.read("The plot drags") == lexicon.read("The plot drags")
    assert "sub plot" not in repr(lexicon)


BAD = {
    "": "field 'name': found nothing",
    "name = 3": "field 'name': found int '3'",
    "name = 'Film'": "field 'name'",
    "name = 'x'": "field 'aspects': holds no aspect",
    "name = 'x'\naspects = 1": "field 'aspects': needs tables",
    "name = 'x'\naspect = 1": r"field 'aspect': is an unknown key \(did you mean 'aspects'",
    "name = 'x'\ncolour = 1": "field 'colour': is an unknown key",
    "name = 'x'\n[aspects.a]": "holds no aspect",
    "name = 'x'\n[aspects]\na = 'plot'": "field 'aspects.a': found str 'plot'; needs a table",
    "name = 'x'\n[aspects.A]\nb = 'plot'": "'A' is no name",
    "name = 'x'\n[aspects.a]\n'b c' = 'plot'": "'b c' is no name",
    "name = 'x'\n[aspects.a]\nb = ['plot']": "field 'aspects.a.b': found list",
    "name = 'x'\n[aspects.a]\nb = ''": "field 'aspects.a.b': holds no term",
    "name = 'x'\n[aspects.a]\nb = 'plot,,story'": "field 'aspects.a.b': holds an empty term",
    "name = 'x'\n[aspects.a]\nb = 'Plot'": "the term 'Plot' holds capitals",
    "name = 'x'\n[aspects.a]\nb = 'plot, plot'": "the term 'plot' stands twice",
    "name = 'x'\n[aspects.a]\nb = 'plot'\nc = 'plot'": "so does a term of 'a.b'",
    "name = 'x'\n[aspects.a]\nb = 'plot'\n[aspects.c]\nd = 'plots='": "so does a term of 'a.b'",
    "name = 'x'\n[aspects.a]\nb = 'plot'\nb = 'story'": "is no TOML: Cannot overwrite",
    "name = 'x'\n[aspects.a]\nb = 'plot'\n[aspects.a]\nc = 'story'": "is no TOML.*line 4",
    "name = 'x'\nignored = 'plot'\n[aspects.a]\nb = 'plot'": "so does an ignored phrase",
    "name = 'x'\nignored = 3\n[aspects.a]\nb = 'plot'": "field 'ignored': found int",
    "name = 'x'\n[aspects.a]\nb = '* plot'": "needs a word at both ends",
    "name = 'x'\n[aspects.a]\nb = 'plot *'": "needs a word at both ends",
    "name = 'x'\n[aspects.a]\nb = 'a * b * c * d'": r"at most two \*",
    "name = 'x'\n[aspects.a]\nb = 'plot?'": "needs a word at both ends",
    "name = 'x'\n[aspects.a]\nb = 'pl*t'": r"has 'pl\*t', which no text can hold",
    "name = 'x'\n[aspects.a]\nb = 'plot !'": "has '!'",
    "name = 'x'\n[aspects.a]\nb = 'a b c d e f g h i j k'": "is longer than 10 words",
    "name = 'x'\n[aspects.a]\nb = 'a|b|c|d|e a|b|c|d|e a|b|c|d|e a|b|c|d|e'": "more than 400",
    "name = 'x'\n[aspects.a]\nb = 'plot": "is no TOML",
    "x" + "[" * 100_000: "is no TOML",
}


@pytest.mark.parametrize("text", BAD, ids=[text[-40:] for text in BAD])
def test_a_file_that_is_no_lexicon_is_refused(tmp_path, text):
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=BAD[text]) as caught:
        read_lexicon(path)
    assert caught.value.path == str(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_lexicon(tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_lexicon(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(InputError, match="cannot be read"):
        read_lexicon(tmp_path / "latin.toml")
    with pytest.raises(EmptyInputError):
        lexicon_of(tmp_path, "")


@pytest.mark.parametrize("read", [lambda text: film_lexicon().read(text), open_aspects])
class TestAnyText:
    @given(text=st.one_of(ANY_TEXT, TALK))
    def test_never_raises_and_reads_alike_twice(self, read, text):
        assert read(text) == read(text)

    @given(first=st.one_of(ANY_TEXT, TALK), second=st.one_of(ANY_TEXT, TALK))
    def test_two_lines_are_read_one_after_the_other(self, read, first, second):
        assert read(f"{first}\n{second}") == read(first) + read(second)

    @given(text=TALK)
    def test_case_and_spaces_change_nothing(self, read, text):
        found = read(text)
        for change in (str.upper, str.title, str.swapcase):
            assert read(change(text)) == found
        for space in ("  ", "\t", " \t ", "\u00a0"):
            assert read(f" {space.join(text.split(' '))} ") == found

    @pytest.mark.parametrize("kind", LONG)
    def test_reads_a_megabyte(self, read, kind):
        begun = time.process_time()
        read(LONG[kind])
        assert time.process_time() - begun < 10


@given(text=TALK)
def test_readings_are_aspects_and_apostrophes_and_hyphens_change_nothing(text):
    lexicon = film_lexicon()
    found = lexicon.read(text)
    assert set(found) <= set(lexicon.aspects)
    assert lexicon.read(text.replace("'", "\u2019").replace("-", "\u2010")) == found


@pytest.mark.parametrize(
    "text,found",
    [
        ("Great camera work, but the plot was thin.", ["camera work", "plot"]),
        ("Loved the songs and the costumes!", ["song", "costume"]),
        ("The pacing drags.", ["pacing"]),
        ("The dialogue is not very good.", ["dialogue"]),
        ("A really stunning and clever score", ["score"]),
        ("Great movie.", []),
        ("It was great.", []),
        ("He goes to the harbour.", []),
        ("Stories were boring. Stories were dull.", ["story", "story"]),
        ("", []),
    ],
)
def test_open_vocabulary(text, found):
    assert list(open_aspects(text)) == found


def test_the_film_lexicon_loads_fast_enough_for_a_gate():
    code = (
        "import time, tomllib; from crs_simcheck.instruments import aspects\n"
        "taken = []\n"
        "for _ in range(5):\n"
        "    begun = time.process_time(); aspects.film_lexicon()\n"
        "    taken.append(time.process_time() - begun); aspects.film_lexicon.cache_clear()\n"
        "print(min(taken))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.1  # 11 ms on a machine that others use too


def test_the_grown_film_lexicon_is_that_of_its_file():
    folder = resources.files("crs_simcheck.instruments").joinpath("data")
    text = folder.joinpath("film_aspects.toml").read_text(encoding="utf-8")
    grown = json.loads(folder.joinpath("film_aspects.json").read_text(encoding="utf-8"))
    assert grown == grown_film_lexicon(text), "run python tools/grow_lexicon.py"
    read = read_lexicon(str(folder.joinpath("film_aspects.toml")))
    known = film_lexicon()
    assert (known.name, known.version, known.aspects) == (read.name, read.version, read.aspects)


def test_a_film_lexicon_that_was_changed_is_not_read_from_what_was_grown():
    folder = resources.files("crs_simcheck.instruments").joinpath("data")
    text = folder.joinpath("film_aspects.toml").read_text(encoding="utf-8")
    assert grown_film_lexicon(text)["of"] != grown_film_lexicon(text + "\n# more\n")["of"]
