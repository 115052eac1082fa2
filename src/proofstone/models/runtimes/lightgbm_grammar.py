"""The one form of LightGBM text that is handed to LightGBM: two classes, constant leaves.

LightGBM trusts its text: it takes lengths and places as they stand, so that a false one makes it
read foreign memory or run for ever. Whatever is not plainly of the form that it writes is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from proofstone.models.runtimes.runtime import unreadable

_INTEGER = r"-?[0-9]{1,10}"
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?"
_INFORMATIVE = rf"(?:{_NUMBER}|-?inf|-?nan)"


def _list_of(item: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{item}(?: {item})*)?")


_HEAD = {
    "version": re.compile(r"v[0-9]+"),
    "num_class": re.compile(_INTEGER),
    "num_tree_per_iteration": re.compile("1"),
    "label_index": re.compile(_INTEGER),
    "max_feature_idx": re.compile(_INTEGER),
    "objective": re.compile(r"[^\n]*"),
    "feature_names": _list_of(r"[^ ]+"),
    "monotone_constraints": _list_of("-?[01]"),
    "feature_infos": _list_of("[^ =]+"),
    "tree_sizes": _list_of("[1-9][0-9]*"),
}
_OPTIONAL = {"monotone_constraints"}
_OBJECTIVE = re.compile(rf"binary sigmoid:{_NUMBER}")

_SINGLE = {
    "num_leaves": re.compile(_INTEGER),
    "num_cat": re.compile(_INTEGER),
    "is_linear": re.compile("0"),
    "shrinkage": re.compile(_NUMBER),
}
_PER_NODE = {
    "split_feature": _list_of(_INTEGER),
    "split_gain": _list_of(_INFORMATIVE),
    "threshold": _list_of(_NUMBER),
    "decision_type": _list_of(_INTEGER),
    "left_child": _list_of(_INTEGER),
    "right_child": _list_of(_INTEGER),
    "internal_value": _list_of(_INFORMATIVE),
    "internal_weight": _list_of(_INFORMATIVE),
    "internal_count": _list_of(_INTEGER),
}
_PER_LEAF = {
    "leaf_value": _list_of(_NUMBER),
    "leaf_weight": _list_of(_INFORMATIVE),
    "leaf_count": _list_of(_INTEGER),
}
_CATEGORIES = {"cat_boundaries": _list_of(_INTEGER), "cat_threshold": _list_of(_INTEGER)}
_TREE = _SINGLE | _PER_NODE | _PER_LEAF
_ORDER = (*[*_SINGLE][:2], *[*_PER_NODE][:6], *_PER_LEAF, *[*_PER_NODE][6:])
_AS_WRITTEN = re.compile(
    "\n".join(f"{name}=(?P<{name}>{_TREE[name].pattern})" for name in _ORDER)
    + "(?:" + "".join(f"\n{name}=(?P<{name}>{form.pattern})" for name, form in _CATEGORIES.items())
    + ")?" + "".join(f"\n{name}=(?P<{name}>{_SINGLE[name].pattern})" for name in [*_SINGLE][2:])
)  # fmt: skip
"""A tree as LightGBM writes it: one match in place of one a field."""
_BLOCK = re.compile(r"^(?=Tree=)", re.MULTILINE)
_UNREAD_IN_A_LEAF = {"leaf_weight", "leaf_count"}


def sound_part(text: str) -> tuple[str, int]:
    """Return the head and trees of a sound model text, and the number of columns it needs.

    What follows the trees (importances, training parameters) does not change answers and is left
    out, so that LightGBM never reads it.

    Raises:
        InputError: the text is not a whole model of two classes in the form described above;
            names the field, and the tree.
    """
    start, end = text.find("\nTree=") + 1, text.find("\nend of trees\n") + 1
    if not text.startswith("tree\n") or not 0 < start < end:
        raise unreadable("it is not a whole LightGBM model text")
    kept = text[:end]
    if not kept.replace("\n", " ").replace("\t", " ").isprintable():
        raise unreadable("the LightGBM model text holds control characters")
    head = _fields(kept[:start].rstrip("\n").removeprefix("tree\n"), _HEAD, "head")
    if not _OBJECTIVE.fullmatch(head["objective"]) or head["num_class"] != "1":
        raise unreadable("it is not a LightGBM model of two classes")
    width = int(head["max_feature_idx"]) + 1
    for name in ("feature_names", "feature_infos"):
        _require(width > 0 and len(head[name].split(" ")) == width, "head", name)
    blocks = _BLOCK.split(kept[start:])[1:]
    trees = [_tree(block, number) for number, block in enumerate(blocks)]
    _check_trees(trees, width)
    sizes = " ".join(str(len(block)) for block in blocks)
    _require(head["tree_sizes"] == sizes, "head", "tree_sizes")
    return f"{kept}end of trees\n", width


def _tree(block: str, number: int) -> dict[str, str]:
    """The fields of a tree, each of its form and of the tree's length."""
    place, mark = f"tree {number}", f"Tree={number}\n"
    _require(block.startswith(mark) and block.endswith("\n\n"), place, "form")
    lines = block.removeprefix(mark).rstrip("\n")
    as_written = _AS_WRITTEN.fullmatch(lines)
    if as_written is None:
        fields = _fields(lines, _TREE | _CATEGORIES, place, optional=set(_CATEGORIES))
    else:
        fields = {
            name: value for name, value in as_written.groupdict().items() if value is not None
        }
    leaves = int(fields["num_leaves"])
    _require(leaves > 0, place, "num_leaves")
    for name in _PER_NODE:
        _require(_length(fields[name]) == leaves - 1, place, name)
    for name in _PER_LEAF:
        unread = leaves == 1 and name in _UNREAD_IN_A_LEAF and not fields[name]
        _require(unread or _length(fields[name]) == leaves, place, name)
    return fields


def _check_trees(trees: Sequence[dict[str, str]], width: int) -> None:
    """What the fields of all trees point at lies inside the model."""
    inner = np.array([int(fields["num_leaves"]) - 1 for fields in trees], dtype=np.int64)
    of_node, of_leaf = (np.repeat(np.arange(len(trees)), count) for count in (inner, inner + 1))
    _each(np.isfinite(_floats(trees, "threshold")), of_node, "threshold")
    _each(np.isfinite(_floats(trees, "leaf_value")), of_leaf, "leaf_value")
    columns = _integers(trees, "split_feature")
    _each((columns >= 0) & (columns < width), of_node, "split_feature")
    _check_children(trees, inner[of_node], of_node)
    kinds = _integers(trees, "decision_type")
    _each((kinds >= 0) & (kinds < 16), of_node, "decision_type")
    sorts = np.split(kinds & 1, np.cumsum(inner)[:-1])
    for number, (fields, by_set) in enumerate(zip(trees, sorts, strict=True)):
        if by_set.any() or int(fields["num_cat"]) or not _CATEGORIES.keys().isdisjoint(fields):
            _check_categories(fields, by_set, f"tree {number}")


def _check_children(
    trees: Sequence[dict[str, str]], inner: np.ndarray, of_node: np.ndarray
) -> None:
    """Every node but the root is the child of one node, which stands before it.

    `inner` is the number of inner nodes in the tree of each node, `of_node` that tree.
    """
    before = np.searchsorted(of_node, of_node)
    reached = []
    for name in ("left_child", "right_child"):
        children = _integers(trees, name)
        _each((children < 0) | (children > np.arange(len(children)) - before), of_node, name)
        nodes = np.where(children >= 0, children, inner + ~children)
        _each((nodes >= 1) & (nodes <= 2 * inner), of_node, name)
        reached.append(2 * before + nodes - 1)
    times = np.bincount(np.concatenate(reached), minlength=2 * len(of_node))
    _each(times == 1, np.repeat(of_node, 2), "left_child")


def _check_categories(fields: dict[str, str], by_set: np.ndarray, place: str) -> None:
    """The set of a categorical node lies inside the stored words, and is named exactly."""
    sets = int(fields["num_cat"])
    bounds = _integers([{"cat_boundaries": "0"} | fields], "cat_boundaries")
    words = _integers([{"cat_threshold": ""} | fields], "cat_threshold")
    _require(len(bounds) == sets + 1, place, "num_cat")
    rising = bounds[0] == 0 and bounds[-1] == len(words) and (np.diff(bounds) >= 0).all()
    _require(bool(rising), place, "cat_boundaries")
    _require(bool(((words >= 0) & (words < 2**32)).all()), place, "cat_threshold")
    thresholds = fields["threshold"].split()
    for node in np.flatnonzero(by_set):
        which = thresholds[node]
        _require(which.isdecimal() and len(which) < 10 and int(which) < sets, place, "threshold")


def _fields(
    block: str, known: dict[str, re.Pattern[str]], place: str, optional: set[str] = _OPTIONAL
) -> dict[str, str]:
    """The fields of a block: each known, given once and of its form; none absent."""
    fields: dict[str, str] = {}
    for line in block.split("\n"):
        name, mark, value = line.partition("=")
        form = known.get(name)
        _require(bool(mark) and form is not None and name not in fields, place, name[:40])
        _require(form is not None and form.fullmatch(value) is not None, place, name)
        fields[name] = value
    for name in known.keys() - optional - fields.keys():
        _require(False, place, name)
    return fields


def _length(value: str) -> int:
    return value.count(" ") + 1 if value else 0


def _integers(trees: Sequence[dict[str, str]], name: str) -> np.ndarray:
    return _read(trees, name, np.int64)


def _floats(trees: Sequence[dict[str, str]], name: str) -> np.ndarray:
    return _read(trees, name, np.float64)


def _read(trees: Sequence[dict[str, str]], name: str, kind: type[np.generic]) -> np.ndarray:
    """A field's numbers, whose form is known, of all trees in turn."""
    text = " ".join(fields[name] for fields in trees if fields[name])
    return np.fromstring(text, dtype=kind, sep=" ") if text else np.zeros(0, dtype=kind)


def _each(holds: np.ndarray, tree: np.ndarray, name: str) -> None:
    """Require it of each; `tree` (n,) says whose each is."""
    if not holds.all():
        _require(False, f"tree {tree[holds.argmin()]}", name)


def _require(holds: bool, place: str, name: str) -> None:
    if not holds:
        raise unreadable(f"weights.txt, {place}: {name!r} is absent, repeated or out of place")
