"""Croissant 1.0 (MLCommons 2024): the table's metadata as JSON-LD that other tools read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

VOCABULARY = "http://mlcommons.org/croissant/"
CONFORMS_TO = VOCABULARY + "1.0"
_TYPES = {"number": "sc:Float", "boolean": "sc:Boolean", "category": "sc:Text", "text": "sc:Text"}
_UNSTATED = "not stated"
_PASSAGE = {
    "id": "document#section/part, unique",
    "document": "name of the document",
    "title": "what a reader calls the document",
    "section": "heading that the passage stands under",
    "language": "en, zh, mixed or other",
    "text": "the passage",
}


class DataFile(NamedTuple):
    """The file that is described: its name, SHA-256 and number of bytes."""

    name: str
    sha256: str
    size: int


def croissant(profile: Mapping[str, Any], description: str, file: DataFile) -> dict[str, Any]:
    """Return the JSON-LD document about a table, from what the profile says of its columns.

    There is no date in it, so that equal data give equal bytes; its version is the beginning of
    the file's digest.
    """
    says = f"{profile['rows']} rows that passed the declared checks"
    fields = [_field(column, file) for column in profile["columns"]]
    parts = (_file(file, says, "application/x-parquet"), _records("rows", "row", fields))
    return _dataset(profile, description, file, *parts)


def passages_croissant(
    profile: Mapping[str, Any], description: str, file: DataFile
) -> dict[str, Any]:
    """Return the JSON-LD document about the passages of documents, as `croissant` does."""
    says = f"{profile['rows']} passages that passed the checks"
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"passages/{name}",
            "name": name,
            "description": meaning,
            "dataType": "sc:Text",
            "source": {
                "fileObject": {"@id": file.name},
                "extract": {"jsonPath": f"$.passages[*].{name}"},
            },
        }
        for name, meaning in _PASSAGE.items()
    ]
    parts = (_file(file, says, "application/json"), _records("passages", "passage", fields))
    return _dataset(profile, description, file, *parts)


def _dataset(
    profile: Mapping[str, Any],
    description: str,
    file: DataFile,
    distribution: Mapping[str, Any],
    records: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": profile["name"],
        "description": profile["description"] or description or _UNSTATED,
        "license": profile["licence"] or _UNSTATED,
        "citeAs": profile["citation"] or _UNSTATED,
        "url": _address(profile["source"]),
        "version": f"1.0.0+{file.sha256[:12]}",
        "distribution": [distribution],
        "recordSet": [records],
    }


def _file(file: DataFile, says: str, encoding: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": says,
        "contentUrl": file.name,
        "contentSize": f"{file.size} B",
        "encodingFormat": encoding,
        "sha256": file.sha256,
    }


def _records(name: str, one: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"One record a {one}, in the source's order",
        "field": fields,
    }


def _field(column: Mapping[str, Any], file: DataFile) -> dict[str, Any]:
    name = column["name"]
    said = [column["meaning"] or name, column["unit"] and f"unit: {column['unit']}"]
    said.append(f"role: {column['role']}")
    return {
        "@type": "cr:Field",
        "@id": f"rows/{quote(name, safe='')}",
        "name": name,
        "description": "; ".join(part for part in said if part),
        "dataType": _TYPES[column["kind"]],
        "source": {"fileObject": {"@id": file.name}, "extract": {"column": name}},
    }


def _address(source: str) -> str:
    return source if "://" in source else quote(source)


def _context() -> dict[str, Any]:
    """The prefixes and terms that Croissant 1.0 prescribes for every document."""
    terms = (
        "citeAs column extract field fileObject fileProperty fileSet format includes isLiveDataset "
        "jsonPath key md5 parentField path recordSet references regex repeated replace separator "
        "source subField transform samplingRate"
    )
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        **{term: f"cr:{term}" for term in terms.split()},
        "conformsTo": "dct:conformsTo",
        "cr": VOCABULARY,
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "rai": VOCABULARY + "RAI/",
        "sc": "https://schema.org/",
    }
