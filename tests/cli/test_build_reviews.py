"""``baseline build`` of reviews: options, workers, and what is told of odd lines."""

import pytest

from tests.unit.baselines import made_up_amazon
from tests.unit.baselines.made_up import DATE, all_bytes


@pytest.fixture
def reviews(tmp_path):
    source = made_up_amazon.write(
        tmp_path / "in" / "reviews.jsonl",
        made_up_amazon.some(made_up_amazon.review_2023, people=300),
    )
    source.write_bytes(b"{\n" + source.read_bytes())
    return source


def test_a_group_and_what_is_told(cli, reviews, tmp_path):
    told = {}
    for workers in (1, 2):
        out = tmp_path / str(workers) / "group"
        ran = cli("baseline", "build", reviews, "--kind", "amazon-2023", "--people", 40,
                  "--min-reviews", 2, "--verified", "only", "--since", "2015-08-25",
                  "--date", DATE, "--workers", workers, "-o", out)  # fmt: skip
        assert ran.code == 0, ran.err
        assert "1 lines hold no review and were left out; the first, line 1: not JSON" in ran.err
        assert "40 seekers" in ran.out
        told[workers] = all_bytes(out)
    assert told[1] == told[2]
    again = cli("baseline", "verify", tmp_path / "1" / "group", "--source", reviews)
    assert (again.code, again.err) == (0, "")


@pytest.mark.parametrize(
    "options,said",
    [
        (("--people", "few"), "found 'few', need a number"),
        (("--people", "0"), "found 0, need 'all' or a whole number from 1"),
        (("--language", "english"), "unknown language 'english'"),
        (("--workers", "0"), "0 is not in the range"),
        (("--cap", "3"), "kind 'amazon-2023' has no such option"),
    ],
)
def test_wrong_options_are_named(cli, reviews, tmp_path, options, said):
    ran = cli("baseline", "build", reviews, "--kind", "amazon-2023", *options, "-o",
              tmp_path / "out")  # fmt: skip
    assert ran.code == 3, (ran.code, ran.err)
    assert said in ran.err
    assert not (tmp_path / "out").exists()
