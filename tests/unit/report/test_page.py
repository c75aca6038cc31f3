"""The page of a document, read as a parser reads it; a browser reads it in tests/browser."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import numpy as np
import pytest

from crs_simcheck.errors import InputError
from crs_simcheck.report.html import COLORS, as_plot, drawing, gates_page, page, render
from crs_simcheck.report.html.plots import plot_of_groups
from tests.unit.report.test_document import broken, document

VOID = {"meta", "br", "hr", "img", "link", "input", "base"}


class Reader(HTMLParser):
    """Collects tags, attributes and text; what is opened must be closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, key, value) for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


HOSTILE = "</script></style><img/src=http://127.0.0.1/x/onerror=alert(1)>\"'{{7*7}}\u202e\x00"
KEPT = ("verdict", "speakers", "direction", "unit", "kind", "metric", "task")


def hostile(value):
    """The same document with a hostile text behind every text in it."""
    if isinstance(value, dict):
        return {k: one if k in KEPT else hostile(one) for k, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return value + HOSTILE if isinstance(value, str) and value else value


@pytest.fixture(scope="module")
def made():
    return document([broken()])


@pytest.fixture(scope="module")
def plain(made):
    return Reader(gates_page(made))


def test_the_page_says_what_the_document_says(plain, made):
    reader = plain
    for simulator in made["simulators"]:
        for task, found in simulator["tasks"].items():
            assert task in reader.text
            for metric, gate in found["metrics"].items():
                assert metric in reader.text
                for word in ("value", "interval", "range"):
                    assert gate["words"][word] in reader.text
                for sentence in gate["words"]["explained"]:
                    assert sentence in reader.text
    assert "gone.jsonl: there is no such file" in reader.text
    assert "ab" * 32 in reader.text


def test_nothing_is_run_and_nothing_is_fetched(plain):
    reader = plain
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(reader.tags)
    away = [a for a in reader.attributes if a[1] in ("src", "href") and not a[2].startswith("#")]
    assert away == []
    assert not [a for a in reader.attributes if a[1].startswith("on")]


def test_hostile_texts_change_no_tag(plain, made):
    reader = Reader(gates_page(hostile(made)))
    assert reader.tags == plain.tags
    assert reader.text.count("<img/src=http://127.0.0.1/x/onerror=alert(1)>") > 30
    assert reader.text.count("{{7*7}}") > 30
    assert "\x00" not in reader.text
    assert "\u202e" not in reader.text


def test_ids_are_told_apart_and_links_lead_somewhere(plain):
    ids = [value for _, key, value in plain.attributes if key == "id"]
    assert len(ids) == len(set(ids))
    links = {v[1:] for _, key, v in plain.attributes if key == "href"}
    assert links
    assert links <= set(ids)


@pytest.mark.slow
def test_the_same_document_is_the_same_page_in_any_folder_and_process(tmp_path):
    program = """
import json, sys
from crs_simcheck.report.html import gates_page
sys.stdout.write(gates_page(json.load(sys.stdin)))
"""
    # What a user's matplotlib is set to changes nothing.
    settings = "font.size: 40\naxes.facecolor: red\nsvg.fonttype: path\nfigure.dpi: 30\n"
    (tmp_path / "matplotlibrc").write_text(settings, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        input=json.dumps(document()),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert ran.stdout == gates_page(document())


def test_a_value_that_is_missing_is_an_error():
    found = document()
    del found["simulators"][0]["notes"]
    with pytest.raises(jinja2.UndefinedError):
        gates_page(found)


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setattr(page.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"jinja2 and matplotlib .*crs-simcheck\[report\]"):
        render("gates.html.j2", document=document())


# ---------------------------------------------------------------------------------------- plots


def entry(**more):
    return {
        "value": 0.31,
        "unit": "",
        "interval": [-0.02, 0.4],
        "range": [None, 0.2],
        "verdict": "drifted",
        "groups": None,
        **more,
    }


def svg(**more):
    return str(plot_of_groups("p", entry(**more), "what it shows").svg)


def test_letters_are_letters_and_colours_those_of_the_page():
    text = svg(groups={"low": 0.1, "high": 0.2, "counts": [1, 4, 2]})
    assert "<text" in text
    assert '<title id="p-text">what it shows</title>' in text
    assert "var(--drifted)" in text
    assert "var(--people)" in text
    for outside in ("#0102", "<style", "metadata", "DOCTYPE", "xmlns", "DejaVu"):
        assert outside not in text


def test_an_interval_ends_where_values_do():
    assert svg(interval=[-0.5, 1.5]) == svg(interval=[0.0, 1.0])
    assert svg(unit="r", interval=[-1.5, 1.5]) == svg(unit="r", interval=[-1.0, 1.0])


@pytest.mark.parametrize(
    "more",
    [
        {"interval": None, "range": None},
        {"value": 0.0, "interval": [0.0, 0.0], "range": [0.0, 0.0]},
        {"groups": {"low": 0.0, "high": 0.0, "counts": [200]}, "value": 0.0},
        {"groups": {"low": 0.31, "high": 0.31, "counts": [1]}, "range": [0.31, None]},
        {"unit": "bits", "value": 1e9, "interval": [-1e9, 1e9]},
        {"unit": "$\\frac{<b>} \x00 \u202e"},
    ],
)
def test_every_shape_of_a_verdict_can_be_drawn(more):
    Reader(svg(**more))


def test_without_a_value_there_is_nothing_to_draw():
    assert plot_of_groups("p", entry(value=None), "") is None


def test_a_plot_of_another_page():
    with drawing(width=3, height=2) as figure:
        axes = figure.add_subplot()
        axes.plot(np.arange(4), [1, 3, 2, 4], color=COLORS["within"])
        made = as_plot(figure, "trajectory", "scores by step")
    text = str(made.svg)
    assert "var(--within)" in text
    assert 'id="trajectory-' in text


def test_another_page_stands_on_the_same_base(tmp_path, monkeypatch):
    (tmp_path / "other.html.j2").write_text(
        '{% extends "base.html.j2" %}{% import "macros.html.j2" as show %}'
        "{% block title %}other{% endblock %}"
        "{% block body %}{{ show.text(said) }}{{ show.diff(lines) }}{% endblock %}",
        encoding="utf-8",
    )
    environment = page._environment()
    loaders = [environment.loader, jinja2.FileSystemLoader(tmp_path)]
    monkeypatch.setattr(environment, "loader", jinja2.ChoiceLoader(loaders))
    reader = Reader(render("other.html.j2", said="<b>\x1b", lines=["@@ 1 @@", "-<i>", "+x", ""]))
    assert "<b>\\x1b" in reader.text
    kinds = [v for t, k, v in reader.attributes if t == "span" and k == "class"]
    assert kinds == ["hunk", "old", "new", "same"]


def test_the_templates_are_there():
    folder = Path(page.__file__).parent / "templates"
    assert {p.name for p in folder.iterdir()} >= {"base.html.j2", "macros.html.j2", "style.css"}
