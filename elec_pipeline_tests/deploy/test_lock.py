"""The lock of the image: the versions that everybody uses, each file with its hash, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from elec_pipeline_tests.deploy.conftest import DEPLOY, ROOT

NOT_LOCKED = {"torch"}
"""From PyTorch's index of CPU builds, in the version of the constraints."""


def locked(name: str) -> dict[str, tuple[str, list[str]]]:
    """Return version and hashes of each package of a lock."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, tuple[str, list[str]]] = {}
    for entry in text.replace("\\\n", " ").strip().splitlines():
        match = re.fullmatch(r"([\w.\[\]-]+)==(\S+)( ; .*?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*", entry)
        assert match, entry
        hashes = re.findall(r"sha256:[0-9a-f]{64}", match[4])
        found[canonicalize_name(match[1].partition("[")[0])] = (match[2], hashes)
    return found


def constrained() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def test_the_lock_has_the_versions_of_the_constraints_with_hashes() -> None:
    lock, known = locked("requirements.txt"), constrained()
    assert len(lock) > 100
    differing = {
        name: (version, known[name]) for name, (version, _) in lock.items() if known.get(name, version) != version
    }
    assert differing == {}, "run deploy/lock.sh"
    assert all(hashes for _, hashes in lock.values())


def test_it_has_all_that_the_package_needs_and_nothing_for_a_gpu() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = locked("requirements.txt")
    for text in project["project"]["dependencies"]:
        needed = Requirement(text)
        name = canonicalize_name(needed.name)
        if name in NOT_LOCKED:
            assert needed.specifier.contains(constrained()[name])
            continue
        assert name in lock, f"{name}: run deploy/lock.sh"
        assert needed.specifier.contains(lock[name][0]), f"{name}: run deploy/lock.sh"
    assert not [name for name in lock if name.startswith(("nvidia", "cuda", "triton")) or name in NOT_LOCKED]
    build = locked("build-requirements.txt")
    for text in project["build-system"]["requires"]:
        assert Requirement(text).specifier.contains(build[canonicalize_name(Requirement(text).name)][0])


def test_it_names_no_place_to_fetch_from() -> None:
    for path in DEPLOY.glob("*requirements.txt"):
        assert not re.search(r"https?://|--(extra-)?index|--find-links|file:", path.read_text(encoding="utf-8"))
