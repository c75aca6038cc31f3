"""The page of a report in a real browser: nothing leaves it, nothing in it is obeyed, it fits."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.browser.hostile_project import texts, write_hostile
from tests.plugin.small_project import write_project

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
# What stands in foreign text and must not become a part of the page.
ACTIVE = "script, img, image, iframe, object, embed, link, base, form, input, video, audio"


@pytest.fixture(scope="module")
def report(tmp_path_factory, beacon):
    """The page of the hostile repository, the same without its policy, and what was asked."""
    address, asked = beacon
    folder = tmp_path_factory.mktemp("hostile")
    write_project(folder)
    write_hostile(folder, address)
    command = [sys.executable, "-m", "pytest", "--crs-simcheck", "--simcheck-report=out"]
    away = ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
    environment = {key: value for key, value in os.environ.items() if key not in away}
    ran = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout + ran.stderr
    assert "crs-simcheck: the report is out/index.html" in ran.stdout
    page = folder / "out" / "index.html"
    text, n = POLICY.subn("", page.read_text(encoding="utf-8"))
    assert n == 1
    bare = page.with_name("bare.html")
    bare.write_text(text, encoding="utf-8")
    asked.clear()
    return page, bare, asked


def is_inert(browser, asked):
    """Assert that nothing on the open page was obeyed."""
    assert browser.errors() == []
    assert [url for url in browser.requests() if not url.startswith(("file:", "data:"))] == []
    assert asked == []
    assert browser.run("return document.title").startswith("crs-simcheck: ")
    assert browser.run("return typeof window.x") == "undefined"
    assert browser.run(f"return document.querySelectorAll({ACTIVE!r}).length") == 0
    handlers = """
        return [...document.querySelectorAll('*')].flatMap(one => [...one.attributes])
            .filter(one => /^on/i.test(one.name) || /^(javascript|https?):/i.test(one.value)).length
    """
    assert browser.run(handlers) == 0


def test_hostile_texts_are_text_with_and_without_the_policy(report, browser):
    page, bare, asked = report
    for file in (page, bare):
        browser.open(file)
        browser.unfold()
        is_inert(browser, asked)
        shown = browser.run("return document.body.innerText")
        for sample in ("<script>", "<iframe src=", "{{ 7 * 7 }}", "http-equiv=refresh", "<style>"):
            assert sample in shown, sample
        assert re.search(r"cut here: [\d,]+ more characters", shown)
        assert "\\x1b[31m" in shown
        assert "\\x00" in shown
        assert "\\u202e" in shown
        steering = "[\\u0000-\\u0008\\u000b-\\u001f\\u202a-\\u202e\\u2066-\\u2069\\ufffd]"
        assert not re.search(steering, browser.run("return document.documentElement.textContent"))


def test_a_text_that_is_not_escaped_would_be_seen(report, browser):
    """The checks above can fail: the same texts in a page as they are do all that is looked for."""
    _, bare, asked = report
    address = re.search(r"http://127\.0\.0\.1:\d+", bare.read_text(encoding="utf-8"))[0]
    for number, text in enumerate(texts(address)[:5]):
        page = bare.with_name(f"raw{number}.html")
        page.write_text(f"<title>crs-simcheck: </title><body>{text}", encoding="utf-8")
        browser.open(page)
        browser.driver.execute_async_script("setTimeout(arguments[0], 300)")
        with pytest.raises(AssertionError):
            is_inert(browser, asked)
    assert {"/script", "/img", "/css", "/iframe"} <= set(asked)
    asked.clear()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_is_looked_at(report, browser, screenshots, width):
    page, _, _ = report
    browser.open(page, width=width)
    for state in ("folded", "unfolded"):
        across = browser.run("return document.documentElement.scrollWidth")
        assert across <= width, state
        outside = f"""
            return [...document.querySelectorAll('main *')]
                .filter(one => one.getBoundingClientRect().right > {width} + 1)
                .map(one => one.outerHTML.slice(0, 100))
        """
        assert browser.run(outside) == [], state
        browser.screenshot(screenshots / f"report-{width}-{state}.png")
        browser.unfold()
    browser.appear(dark=True)
    browser.screenshot(screenshots / f"report-{width}-dark.png")
    for path in screenshots.glob(f"report-{width}-*.png"):
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20]) in (width, width - 15)  # a scroll bar takes 15


def test_foreign_text_is_isolated(report, browser):
    page, _, _ = report
    browser.open(page)
    loose = """
        return [...document.querySelectorAll('bdi, blockquote, .lines li, .diff span')]
            .filter(one => getComputedStyle(one).unicodeBidi !== 'isolate').length
    """
    assert browser.run(loose) == 0
    assert browser.run("return document.querySelectorAll('bdi').length") > 10


def test_plots_are_drawn_with_letters_and_ids_of_their_own(report, browser):
    page, _, _ = report
    browser.open(page)
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids)) > 5
    linked = browser.run("""
        return [...document.querySelectorAll('*')].flatMap(one => [...one.attributes])
            .flatMap(one => [...one.value.matchAll(/^#(.+)$|url\\(#([^)]+)\\)/g)])
            .map(one => one[1] || one[2])
    """)
    assert linked
    assert set(linked) <= set(ids)
    plots = browser.run("""
        return [...document.querySelectorAll('svg')].map(one => [
            one.querySelectorAll('text').length, one.querySelector('title').textContent,
            one.getAttribute('role'), one.getBoundingClientRect().height
        ])
    """)
    assert len(plots) >= 3
    for letters, title, role, height in plots:
        assert letters >= 3
        assert title.startswith("Simulator: ")
        assert role == "img"
        assert height > 40


CONTRAST = """
    const parts = color => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => {
        const linear = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
        return .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
    };
    const behind = one => {
        for (; one; one = one.parentElement) {
            const found = parts(getComputedStyle(one).backgroundColor);
            if (found.length < 4 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    const low = [];
    for (const one of document.querySelectorAll('main *, footer')) {
        if (![...one.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
        const svg = one instanceof SVGElement, style = getComputedStyle(one);
        if (svg && one.tagName !== 'text') continue;
        const [a, b] = [light(parts(svg ? style.fill : style.color)), light(behind(one))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) low.push(`${one.tagName}.${one.getAttribute('class')} ${ratio}`);
    }
    return [...new Set(low)];
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_letters_stand_out_from_what_is_behind_them(report, browser, dark):
    page, _, _ = report
    browser.open(page, dark=dark)
    browser.unfold()
    assert browser.run(CONTRAST) == []
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == dark


def test_what_is_folded_is_printed(report, browser):
    page, _, _ = report
    browser.open(page)
    folded = "return [...document.querySelectorAll('details blockquote')]"
    seen = f"{folded}.map(one => one.checkVisibility())"
    assert not any(browser.run(seen))
    browser.appear(media="print")
    assert all(browser.run(seen))
