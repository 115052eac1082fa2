"""Croissant 1.0 (MLCommons 2024): the table's metadata as JSON-LD that other tools read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

VOCABULARY = "http://mlcommons.org/croissant/"
CONFORMS_TO = VOCABULARY + "1.0"
_TYPES = {"number": "sc:Float", "boolean": "sc:Boolean", "category": "sc:Text", "text": "sc:Text"}
_UNSTATED = "not stated"


class TableFile(NamedTuple):
    """The Parquet file that is described: its name, SHA-256 and number of bytes."""

    name: str
    sha256: str
    size: int


def croissant(profile: Mapping[str, Any], description: str, file: TableFile) -> dict[str, Any]:
    """Return the JSON-LD document about `file`, from what the profile says of its columns.

    There is no date in it, so that equal data give equal bytes; its version is the beginning of
    the file's digest.
    """
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
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file.name,
                "name": file.name,
                "description": f"{profile['rows']} rows that passed the declared checks",
                "contentUrl": file.name,
                "contentSize": f"{file.size} B",
                "encodingFormat": "application/x-parquet",
                "sha256": file.sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "rows",
                "name": "rows",
                "description": "One record a row, in the source's order",
                "field": [_field(column, file) for column in profile["columns"]],
            }
        ],
    }


def _field(column: Mapping[str, Any], file: TableFile) -> dict[str, Any]:
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
