"""The one form of LightGBM text that is handed to LightGBM: two classes, constant leaves.

LightGBM trusts its text: it takes lengths and places as they stand, so that a false one makes it
read foreign memory or run for ever. Whatever is not plainly of the form that it writes is refused.
"""

from __future__ import annotations

import re

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
    for number, block in enumerate(blocks):
        mark = f"Tree={number}\n"
        _require(block.startswith(mark) and block.endswith("\n\n"), f"tree {number}", "form")
        _check_tree(block.removeprefix(mark).rstrip("\n"), width, f"tree {number}")
    sizes = " ".join(str(len(block)) for block in blocks)
    _require(head["tree_sizes"] == sizes, "head", "tree_sizes")
    return f"{kept}end of trees\n", width


def _check_tree(block: str, width: int, place: str) -> None:
    fields = _fields(block, _TREE | _CATEGORIES, place, optional=set(_CATEGORIES))
    leaves = int(fields["num_leaves"])
    _require(leaves > 0, place, "num_leaves")
    for name in _PER_NODE:
        _require(len(fields[name].split()) == leaves - 1, place, name)
    for name in _PER_LEAF:
        unread = leaves == 1 and name in _UNREAD_IN_A_LEAF and not fields[name]
        _require(unread or len(fields[name].split()) == leaves, place, name)
    for name in ("threshold", "leaf_value"):
        _require(bool(np.isfinite(_floats(fields[name])).all()), place, name)
    columns = _integers(fields["split_feature"])
    _require(bool(((columns >= 0) & (columns < width)).all()), place, "split_feature")
    _check_children(fields, leaves - 1, place)
    _check_categories(fields, place)


def _check_children(fields: dict[str, str], inner: int, place: str) -> None:
    """Every node but the root is the child of one node, which stands before it."""
    reached = []
    for name in ("left_child", "right_child"):
        children = _integers(fields[name])
        _require(bool(((children < 0) | (children > np.arange(inner))).all()), place, name)
        reached.append(np.where(children >= 0, children, inner + ~children))
    nodes = np.sort(np.concatenate(reached))
    _require(np.array_equal(nodes, np.arange(1, 2 * inner + 1)), place, "left_child")


def _check_categories(fields: dict[str, str], place: str) -> None:
    """The set of a categorical node lies inside the stored words, and is named exactly."""
    sets, kinds = int(fields["num_cat"]), _integers(fields["decision_type"])
    _require(bool(((kinds >= 0) & (kinds < 16)).all()), place, "decision_type")
    bounds = _integers(fields.get("cat_boundaries", "0"))
    words = _integers(fields.get("cat_threshold", ""))
    _require(len(bounds) == sets + 1, place, "num_cat")
    rising = bounds[0] == 0 and bounds[-1] == len(words) and (np.diff(bounds) >= 0).all()
    _require(bool(rising), place, "cat_boundaries")
    _require(bool(((words >= 0) & (words < 2**32)).all()), place, "cat_threshold")
    thresholds = fields["threshold"].split()
    for node in np.flatnonzero(kinds & 1):
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


def _integers(value: str) -> np.ndarray:
    return np.array(value.split(), dtype=np.int64)


def _floats(value: str) -> np.ndarray:
    return np.array(value.split(), dtype=np.float64)


def _require(holds: bool, place: str, name: str) -> None:
    if not holds:
        raise unreadable(f"weights.txt, {place}: {name!r} is absent, repeated or out of place")
