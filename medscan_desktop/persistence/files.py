"""The vault's files as the records know them."""

from collections.abc import Iterable

from sqlalchemy import Connection, Row, delete, insert, select

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import Instance, Storage, VaultId
from medscan_desktop.persistence.tables import files
from medscan_desktop.persistence.vault import VaultFile

_PUT = insert(files)  # made once: composing a statement costs more than running it


class Files:
    """Rows that hold each vault file's wrapped key: without its row a file cannot be read by anybody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, file: VaultFile) -> None:
        """Keep a new file."""
        self._connection.execute(_PUT, {"id": file.id, "size": file.size, "wrapped_key": file.wrapped_key})

    def get(self, identifier: VaultId) -> VaultFile:
        """Raises NotFound."""
        row = self._connection.execute(select(files).where(files.c.id == identifier)).first()
        if row is None:
            raise NotFound("A stored file is not in the records.")
        return _file(row)

    def many(self, identifiers: Iterable[VaultId]) -> dict[VaultId, VaultFile]:
        """Those of them that there are, in one query."""
        rows = self._connection.execute(select(files).where(files.c.id.in_(list(identifiers))))
        return {VaultId(row.id): _file(row) for row in rows}

    def of(self, instances: Iterable[Instance]) -> dict[VaultId, VaultFile]:
        """Those of the instances that are in the vault."""
        return self.many(VaultId(one.location) for one in instances if one.storage is Storage.VAULT)

    def all_ids(self) -> set[VaultId]:
        """Every file that the vault should hold."""
        return {VaultId(identifier) for identifier in self._connection.execute(select(files.c.id)).scalars()}

    def delete(self, identifier: VaultId) -> None:
        """Drop the row, and with it the key; `Vault.remove` the file after the commit."""
        self._connection.execute(delete(files).where(files.c.id == identifier))


def _file(row: Row[tuple[str, int, bytes]]) -> VaultFile:
    return VaultFile(VaultId(row.id), row.size, row.wrapped_key)
