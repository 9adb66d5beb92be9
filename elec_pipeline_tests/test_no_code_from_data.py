"""No data becomes code: no pickles, no code of a model's, no model that is not named by commit where it can be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dashboard
import elec_pipeline

FILES = [
    path
    for package in (elec_pipeline, dashboard)
    for path in sorted(Path(str(package.__file__)).parent.rglob("*.py"))
]
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
UNSAFE_BUILTINS = {"eval", "exec", "compile", "__import__"}
MUST_SAY: dict[str, dict[str, tuple[str, object]]] = {
    "load": {"torch": ("weights_only", True)},
    "from_pretrained": {"": ("use_safetensors", True)},
    "snapshot_download": {"": ("allow_patterns", None), " ": ("revision", None)},
}
"""Functions, of which module where that matters, and the argument that makes them safe; None: any value."""
NEVER = {"trust_remote_code", "allow_pickle"}


def unsafe(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None)
            names = [module] if module else [alias.name for alias in node.names]
            yield from (name for name in names if name and name.split(".")[0] in UNSAFE_MODULES)
        if isinstance(node, ast.Call):
            yield from _unsafe_call(node)


def _unsafe_call(node: ast.Call) -> Iterator[str]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    yield from (name for name in given if name in NEVER)
    if isinstance(node.func, ast.Name):
        module, name = "", node.func.id
        if name in UNSAFE_BUILTINS:
            yield name
    elif isinstance(node.func, ast.Attribute):
        module, name = getattr(node.func.value, "id", ""), node.func.attr
    else:
        return
    if module == "yaml" and name.startswith(("load", "unsafe")):
        yield f"yaml.{name}"
    for of, (argument, value) in MUST_SAY.get(name, {}).items():
        if of.strip() in {"", module} and (
            argument not in given or (value is not None and getattr(given[argument], "value", None) is not value)
        ):
            yield f"{name} without {argument}"


@pytest.mark.parametrize("package", ["elec_pipeline", "dashboard"])
def test_no_file_can_run_what_it_reads(package: str) -> None:
    ours = [path for path in FILES if package in path.parts]
    assert ours
    found = {str(path): list(unsafe(ast.parse(path.read_text(encoding="utf-8")))) for path in ours}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "eval(text)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "Model.from_pretrained(folder)",
        "Model.from_pretrained(folder, use_safetensors=True, trust_remote_code=flag)",
        "snapshot_download(name, allow_patterns=['*.json'])",
        "yaml.load(text)",
    ],
)
def test_the_search_finds_what_would(code: str) -> None:
    assert list(unsafe(ast.parse(code)))
