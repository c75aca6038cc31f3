"""The kinds of Amazon's reviews, from a file to a group."""

import gzip
import json

import pytest

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources.amazon.kinds import KINDS
from crs_simcheck.errors import InputError, UnknownNameError
from tests.unit.baselines import made_up_amazon as made_up
from tests.unit.baselines.made_up import DATE, all_bytes

MADE = {
    "amazon-2018": (made_up.write_2018, made_up.review_2018),
    "amazon-2023": (made_up.write_2023, made_up.review_2023),
    "amazon-copy": (made_up.write_copy, made_up.review_copy),
}


def built(kind, source, out, **options):
    return build(kind, source, out, options=BuildOptions(date=DATE, **options))


def texts(group):
    return group.task("open_pref").tables["texts"]


def test_there_is_a_made_up_file_for_each_kind():
    assert {kind.name for kind in KINDS} == set(MADE)


@pytest.mark.parametrize("kind", MADE)
def test_reviewers_are_counted_without_words_ids_and_keys(tmp_path, kind):
    group = built(kind, MADE[kind][0](tmp_path / "in"), tmp_path / "out")
    assert group.speakers == "people"
    statistics = group.task("open_pref")
    assert statistics.n_seekers == 12
    # Without a product and a time, the same words and stars of one person are one review.
    rows = 29 if kind == "amazon-copy" else 30
    assert len(texts(group)) == len(statistics.tables["responses"]) == rows
    assert texts(group).known("stars")
    assert texts(group).known("pos")
    assert texts(group).known("aspects")
    assert not texts(group).known("types")
    assert not texts(group).known("title")
    assert not statistics.tables["responses"].known("text")
    assert not statistics.tables["responses"].known("violation")
    assert {"sentiment", "aspects", "words"} <= set(group.instruments)
    assert "text-key" not in group.instruments
    assert "12 of them, at most 5 of each." in group.provenance.description


@pytest.mark.parametrize("kind", MADE)
def test_stars_alone_are_those_of_the_reviews(tmp_path, kind):
    source = MADE[kind][0](tmp_path / "in")
    whole = built(kind, source, tmp_path / "whole", max_reviews=2, people=7)
    stars = built(kind, source, tmp_path / "stars", max_reviews=2, people=7, only="stars")
    assert set(stars.task("open_pref").tables) == {"texts"}
    assert stars.instruments == {}

    def of_people(group):
        seekers = group.task("open_pref").seekers()
        return sorted(sorted(row[3] for row in seeker["texts"]) for seeker in seekers)

    assert of_people(whole) == of_people(stars)
    known = [c for c in texts(stars).columns if texts(stars).known(c)]
    assert known == ["stars"]


def test_people_who_wrote_enough_are_drawn_and_no_more_than_asked_are_kept(tmp_path):
    source = made_up.write_2023(tmp_path / "in")
    # Of twelve people, those of number n wrote n % 4 + 1: three wrote four reviews.
    group = built("amazon-2023", source, tmp_path / "a", min_reviews=4, max_reviews=3)
    assert group.task("open_pref").n_seekers == 3
    assert len(texts(group)) == 9
    group = built("amazon-2023", source, tmp_path / "b", people=5, min_reviews=2)
    assert group.task("open_pref").n_seekers == 5
    group = built("amazon-2023", source, tmp_path / "c", people="all", max_reviews=1)
    assert (group.task("open_pref").n_seekers, len(texts(group))) == (12, 12)
    assert "drawn" not in group.provenance.description
    group = built("amazon-2023", source, tmp_path / "d", people=5)
    assert "5 of them, drawn by a hash" in group.provenance.description


def test_dates_verified_and_language(tmp_path):
    reviews = [
        made_up.review_2023(1, 0, text="It was the best of all films"),
        made_up.review_2023(2, 1, text="It was the best of all films"),
        made_up.review_2023(3, 2, text="Muy buena la película con el disco"),
    ]
    source = made_up.write(tmp_path / "x.jsonl", reviews)

    def people(**options):
        group = built("amazon-2023", source, tmp_path / "out", **options)
        return group.task("open_pref").n_seekers

    assert people() == 3
    assert people(verified="only") == 2
    assert people(language="en") == 2
    assert people(since="2015-08-25") == 2
    assert people(since="2015-08-25", until="2015-08-25", language="en") == 1
    with pytest.raises(InputError, match=r"x\.jsonl: nobody is left .*--since"):
        people(since="2030-01-01")


def test_a_group_with_a_list_of_products_has_its_films(tmp_path):
    source = made_up.write_2023(tmp_path / "in")
    meta = made_up.write(tmp_path / "meta.jsonl", made_up.META)
    group = built("amazon-2023", source, tmp_path / "out", meta=meta)
    assert [item.label for item in group.catalogue] == [
        "Green Winter (2021)",
        "Paper Lions (1995)",
    ]
    assert texts(group).known("title")
    assert group.provenance.popularity
    assert set(group.provenance.source_sha256) == {"Movies_and_TV.jsonl.gz", "meta.jsonl"}
    assert "--meta meta.jsonl" in group.provenance.command


def test_a_folder_of_files_is_one_source(tmp_path):
    reviews = made_up.some(made_up.review_2018)
    folder = tmp_path / "in"
    made_up.write(folder / "a.json.gz", reviews[:10])
    made_up.write(folder / "b.jsonl", reviews[10:])
    made_up.write(folder / "meta_a.json.gz", made_up.META)
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    apart = built("amazon-2018", folder, tmp_path / "apart")
    whole = built("amazon-2018", made_up.write_2018(tmp_path / "one"), tmp_path / "whole")
    assert set(apart.provenance.source_sha256) == {"a.json.gz", "b.jsonl"}
    assert apart.task("open_pref").seekers() == whole.task("open_pref").seekers()


def test_odd_lines_are_told_to_who_builds_and_change_no_byte(tmp_path):
    reviews = made_up.some(made_up.review_2023)
    source = made_up.write(tmp_path / "a" / "x.jsonl", reviews)
    told = []
    options = BuildOptions(date=DATE)
    build("amazon-2023", source, tmp_path / "out", options=options, tell=told.append)
    assert told == []
    clean = all_bytes(tmp_path / "out")
    odd = tmp_path / "b" / "x.jsonl"
    odd.parent.mkdir()
    odd.write_bytes(b"{\n" + source.read_bytes())
    build("amazon-2023", odd, tmp_path / "out", options=options, tell=told.append)
    assert len(told) == 1
    assert "1 lines hold no review" in told[0]
    changed = {n for n, data in all_bytes(tmp_path / "out").items() if clean[n] != data}
    assert changed == {"group.toml"}  # the hash of the file


@pytest.mark.parametrize(
    "options,said",
    [
        ({"language": "eng"}, "unknown language 'eng'"),
        ({"language": "xx"}, "unknown language 'xx'"),
        ({"only": "stars", "meta": "meta.jsonl"}, "stars alone need no list of products"),
    ],
)
def test_options_that_cannot_be(tmp_path, options, said):
    source = made_up.write_2023(tmp_path / "in")
    if "meta" in options:
        options["meta"] = made_up.write(tmp_path / "meta.jsonl", made_up.META)
    with pytest.raises((InputError, UnknownNameError), match=said):
        built("amazon-2023", source, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_missing_file_says_what_is_needed(tmp_path):
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(InputError, match=r"name a \.jsonl"):
            built("amazon-2023", path, tmp_path / "out")


def test_hostile_texts_are_measured(tmp_path):
    said = [
        "\ud800 lone",
        "\u202eright to left\u202c",
        "word " * 200_000,
        "\U0001f600" * 50,
        "とても良い映画でした。",
        "a\u0301" * 3_000,
        "x" * 100_000,
        "\x00 null",
    ]
    reviews = [made_up.review_2018(i, i, text=text) for i, text in enumerate(said)]
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in reviews).encode()))
    group = built("amazon-2018", path, tmp_path / "out")
    assert group.task("open_pref").n_seekers == len(said)


def test_the_reviews_at_hand_are_read(data_dir, tmp_path):
    source = data_dir / "amazon_reviews" / "movies_tv_natural.jsonl"
    group = built("amazon-copy", source, tmp_path / "out")
    assert group.task("open_pref").n_seekers == 1_458
    held = b"".join(all_bytes(tmp_path / "out").values()).decode("latin-1")
    for line in source.read_text(encoding="utf-8").splitlines()[:200]:
        row = json.loads(line)
        assert row["user"] not in held
        assert len(row["text"]) < 20 or row["text"] not in held
