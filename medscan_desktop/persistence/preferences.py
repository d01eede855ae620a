"""What users set for the whole library: retention rules, watched folders, budgets. One JSON body a key."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from medscan_desktop.persistence.tables import preferences


class Preferences:
    """Named bodies within one transaction. Who uses a key knows what its body holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> Mapping[str, Any] | None:
        """What was put last; None where nothing was."""
        body = self._connection.execute(select(preferences.c.body).where(preferences.c.key == key)).scalar()
        return None if body is None else dict(json.loads(body))

    def put(self, key: str, body: Mapping[str, Any]) -> None:
        """Keep this in the place of what was there."""
        self.remove(key)
        text = json.dumps(dict(body), ensure_ascii=False, separators=(",", ":"))
        self._connection.execute(insert(preferences).values(key=key, body=text))

    def remove(self, key: str) -> None:
        """Forget it; no error where there is nothing."""
        self._connection.execute(delete(preferences).where(preferences.c.key == key))

    def beginning(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        """Every body whose key begins with `prefix`, by key."""
        rows = self._connection.execute(
            select(preferences).where(preferences.c.key.startswith(prefix, autoescape=True)).order_by(preferences.c.key)
        )
        return {row.key: dict(json.loads(row.body)) for row in rows}
