"""``pincite status --store``: what a store holds, in the words of ``qa.status``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from index.contents import DocumentRecord
from qa.reader import BUNDLED, fingerprint
from qa.status import find

if TYPE_CHECKING:
    from index.postgres.store import PostgresStore


def describe_store(store: PostgresStore, document: str | None = None) -> dict[str, Any]:
    """What ``qa.status.describe`` tells of an index, of a store; of one document where it is named."""
    records = store.documents
    return {
        "index": store.place,
        "documents": len(records),
        "passages": sum(record.passages for record in records),
        "vector_search": store.vector_search,
        "settings": asdict(store.settings),
        "reader": fingerprint(BUNDLED),
        "warnings": list(store.warnings),
        "unreadable": [asdict(bad) for bad in store.unreadable],
        "files": [asdict(record) for record in ([find_stored(store, document)] if document is not None else records)],
    }


def find_stored(store: PostgresStore, name: str) -> DocumentRecord:
    """The document of that name, given whole or by its last parts; ValueError where it is none or several."""
    return find(store, name)  # type: ignore[arg-type]  # it looks at the documents alone
