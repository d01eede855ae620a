"""The images that users have pointed out."""

from dataclasses import asdict

from sqlalchemy import Connection

from medscan_desktop.domain.key_image import KeyImage, KeyImageId
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.revisions import Revisions
from medscan_desktop.persistence.tables import key_images


class KeyImages:
    """Each change is a revision; a deleted one can be put again, as undo does."""

    def __init__(self, connection: Connection) -> None:
        self._rows = Revisions(connection, key_images, "key image")

    def put(self, key_image: KeyImage) -> int:
        """Insert or add a revision; gives its number."""
        return self._rows.put(key_image.id, key_image.study_instance_uid, asdict(key_image))

    def get(self, identifier: KeyImageId) -> KeyImage:
        """Raises NotFound."""
        return KeyImage(**self._rows.get(identifier))

    def of_study(self, study_uid: StudyUid) -> list[KeyImage]:
        """Those not deleted, oldest first."""
        found = (KeyImage(**body) for body in self._rows.of_study(study_uid))
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def delete(self, identifier: KeyImageId) -> None:
        """Hide it; the revisions stay. Raises NotFound."""
        self._rows.delete(identifier)
