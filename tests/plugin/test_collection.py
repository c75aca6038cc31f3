"""Which gates become tests, under which names, and that each does so exactly once."""

import re

import pytest

IDS = (
    "simcheck.toml::alike::items_talk::item_entropy",
    "simcheck.toml::alike::items_talk::format_violation_rate",
    "simcheck.toml::alike::bin_pref::acceptance_rate",
    "simcheck.toml::alike::bin_pref::format_violation_rate",
    "simcheck.toml::narrow::items_talk::item_entropy",
)
PLAIN = "tests/test_plain.py::test_plain"


def collected(result):
    return [line for line in result.outlines if re.match(r"\S+::\S+$", line)]


@pytest.fixture
def with_a_test(project):
    project.write("tests/test_plain.py", "def test_plain(): pass\n")
    return project


def gates_and(*others):
    return sorted([*IDS, *others])


@pytest.mark.parametrize(
    "arguments,also",
    [
        ((), [PLAIN]),
        (("tests",), [PLAIN]),
        ((".",), [PLAIN]),
        (("tests/test_plain.py",), [PLAIN]),
        ((PLAIN,), [PLAIN]),
        (("simcheck.toml",), []),
        (("./simcheck.toml",), []),
        (("simcheck.toml", "tests"), [PLAIN]),
        pytest.param(
            (".", "simcheck.toml"),
            [PLAIN],
            marks=pytest.mark.skipif(
                pytest.version_tuple < (9,), reason="pytest 8 loses what a folder holds besides"
            ),
        ),
        (("simcheck.toml", "simcheck.toml"), []),
    ],
)
def test_every_gate_is_collected_once(with_a_test, arguments, also):
    found = collected(with_a_test.run("--collect-only", "-q", *arguments))
    assert sorted(found) == gates_and(*also)


def test_an_absolute_path_is_the_same_file(with_a_test):
    result = with_a_test.run("--collect-only", "-q", str(with_a_test.path / "simcheck.toml"))
    assert sorted(collected(result)) == gates_and()


def test_testpaths_elsewhere_do_not_hide_the_gates(with_a_test):
    with_a_test.write("pytest.ini", "[pytest]\ntestpaths = tests\n")
    found = collected(with_a_test.run("--collect-only", "-q"))
    assert sorted(found) == gates_and(PLAIN)


def test_gates_come_in_the_order_of_simulators_and_tasks(project):
    assert collected(project.run("--collect-only", "-q")) == list(IDS)


def test_one_gate_by_its_node_id(project):
    result = project.run(IDS[0], "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{IDS[0]} PASSED*", "only 1 of 4 gates of 'alike' ran"])


def test_all_gates_of_a_simulator_or_a_task_by_node_id(project):
    for node, count in (("simcheck.toml::narrow", 1), ("simcheck.toml::alike::bin_pref", 2)):
        assert len(collected(project.run("--collect-only", "-q", node))) == count


def test_k_m_and_deselect_choose_gates(with_a_test):
    for arguments, expected in (
        (("-k", "acceptance_rate"), [IDS[2]]),
        (("-k", "narrow"), [IDS[4]]),
        (("-m", "simcheck"), list(IDS)),
        (("-m", "not simcheck"), [PLAIN]),
        (("--deselect", "simcheck.toml::alike", "--deselect", PLAIN), [IDS[4]]),
    ):
        found = collected(with_a_test.run("--collect-only", "-q", *arguments))
        assert sorted(found) == sorted(expected), arguments


def test_last_failed_runs_the_gates_that_failed(project):
    project.run("-p", "cacheprovider", "-q")
    result = project.run("-p", "cacheprovider", "--lf", "-v")
    failed = [line.split()[0] for line in result.outlines if " FAILED " in line]
    assert failed == [IDS[1], IDS[4]]
    assert result.parseoutcomes().get("passed", 0) == 0


def test_from_a_subfolder_the_roots_gates_are_run(with_a_test, monkeypatch):
    with_a_test.write("pytest.ini", "[pytest]\n")
    monkeypatch.chdir(with_a_test.path / "tests")
    result = with_a_test.run("--collect-only", "-q")
    found = [line.removeprefix("../") for line in collected(result)]
    assert sorted(found) == gates_and(PLAIN)


def test_from_a_subfolder_that_is_its_own_root_the_gates_above_are_run(with_a_test, monkeypatch):
    monkeypatch.chdir(with_a_test.path / "tests")
    found = collected(with_a_test.run("--rootdir", ".", "--collect-only", "-q"))
    assert len([line for line in found if "simcheck.toml::" in line]) == len(IDS)


def test_the_settings_of_another_repository_above_are_not_taken(with_a_test, monkeypatch):
    (with_a_test.path / "tests" / ".git").mkdir()
    monkeypatch.chdir(with_a_test.path / "tests")
    result = with_a_test.run("--rootdir", ".")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no simcheck.toml in *or give --simcheck-config FILE"])


def test_answers_and_the_next_command_are_named_as_seen_from_the_subfolder(
    with_a_test, monkeypatch
):
    with_a_test.write("pytest.ini", "[pytest]\n")
    monkeypatch.chdir(with_a_test.path / "tests")
    result = with_a_test.run("-k", "narrow")
    result.stdout.fnmatch_lines(
        [
            "  answers: ../narrow.jsonl",
            "  next: *show ../narrow.jsonl *--catalogue ../films.csv*",
            "*--baseline ../crowd",
        ]
    )


def test_a_repository_within_another_one_has_its_own_settings(with_a_test, monkeypatch):
    """The root is the outer one, which has no settings file."""
    with_a_test.write("outer/pytest.ini", "[pytest]\n")
    inner = with_a_test.path / "outer" / "inner"
    inner.mkdir()
    for file in with_a_test.path.iterdir():
        if file.name != "outer":
            file.rename(inner / file.name)
    monkeypatch.chdir(inner)
    result = with_a_test.run("-q")
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["  answers: narrow.jsonl"])


def test_settings_in_pyproject(project):
    text = (project.path / "simcheck.toml").read_text(encoding="utf-8")
    (project.path / "simcheck.toml").unlink()
    project.write("pyproject.toml", text.replace("[simulator", "[tool.crs-simcheck.simulator"))
    found = collected(project.run("--collect-only", "-q"))
    assert found == [node.replace("simcheck.toml", "pyproject.toml") for node in IDS]


def test_simcheck_toml_goes_before_pyproject(project):
    project.write("pyproject.toml", "[tool.crs-simcheck.simulator.other]\nresponses = 'x.jsonl'\n")
    assert collected(project.run("--collect-only", "-q")) == list(IDS)


@pytest.mark.parametrize("way", ["option", "option=", "ini"])
def test_settings_elsewhere(project, way):
    settings = project.path / "simcheck.toml"
    text = settings.read_text(encoding="utf-8").replace('= "', '= "../')
    settings.unlink()
    project.write("build/other.toml", text)
    if way == "ini":
        project.write("pytest.ini", "[pytest]\nsimcheck_config = build/other.toml\n")
    arguments = {
        "option": ("--simcheck-config", "build/other.toml"),
        "option=": ("--simcheck-config=build/other.toml",),
        "ini": (),
    }[way]
    result = project.run("-v", *arguments)
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(["build/other.toml::narrow::items_talk::item_entropy FAILED*"])


def test_the_option_starts_at_the_folder_of_invocation_and_goes_before_the_ini(
    project, monkeypatch
):
    project.write("pytest.ini", "[pytest]\nsimcheck_config = nowhere.toml\n")
    (project.path / "sub").mkdir()
    monkeypatch.chdir(project.path / "sub")
    result = project.run("--collect-only", "-q", "--simcheck-config", "../simcheck.toml")
    assert len(collected(result)) == len(IDS)


def test_settings_outside_the_root(project, tmp_path):
    root = tmp_path / "elsewhere"
    root.mkdir()
    (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    config = project.path / "simcheck.toml"
    result = project.run(f"--rootdir={root}", "-c", str(root / "pytest.ini"), "--simcheck-config",
                         str(config), str(root))  # fmt: skip
    result.assert_outcomes(passed=3, failed=2)


def test_a_metric_without_a_task_gates_every_task_with_answers(project):
    project.simulator(gates="role_confusion_rate = {}")
    assert [node.split("::")[2] for node in collected(project.run("--collect-only", "-q"))] == [
        "items_talk",
        "bin_pref",
    ]


def test_without_gates_everything_that_can_be_measured_is_gated(project):
    project.settings(
        '[simulator.alike]\nresponses = "alike.jsonl"\nbaseline = "crowd"\ndraws = 200\n'
    )
    result = project.run("--collect-only", "-q")
    found = collected(result)
    assert "simcheck.toml::alike::items_talk::mean_log_rank" in found
    assert "simcheck.toml::alike::bin_pref::acceptance_rate" in found
    assert "simcheck.toml::alike::items_talk::leakage_rate" not in found  # no profiles
    assert len(found) == len(set(found)) > 10
