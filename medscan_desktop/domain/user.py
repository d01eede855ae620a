"""Users, roles, and the one table that says what each role may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

UserId = NewType("UserId", str)


class Permission(StrEnum):
    """What a command may demand of the user."""

    NONE = "none"  # logging in and out, the first user: nobody need be logged in
    READ = "read"
    IMPORT = "import"
    ANNOTATE = "annotate"
    RUN_MODELS = "run_models"
    ACCEPT = "accept"
    EXPORT = "export"
    SIGN = "sign"
    BREAK_GLASS = "break_glass"
    READ_DEIDENTIFIED = "read_deidentified"
    READ_AUDIT = "read_audit"
    ADMINISTER = "administer"
    RECONCILE = "reconcile"  # decide about what contradicts the library, where nothing of the library goes
    DELETE = "delete"  # studies, or what stands in the way of others
    HOLD = "hold"  # set and lift a legal hold


class Role(StrEnum):
    """A user holds a set of these."""

    TECHNOLOGIST = "technologist"
    RADIOLOGIST = "radiologist"
    RESEARCHER = "researcher"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TECHNOLOGIST: frozenset({Permission.READ, Permission.IMPORT, Permission.ANNOTATE, Permission.RECONCILE}),
    Role.RADIOLOGIST: frozenset(
        {
            Permission.READ,
            Permission.IMPORT,
            Permission.ANNOTATE,
            Permission.RUN_MODELS,
            Permission.ACCEPT,
            Permission.EXPORT,
            Permission.SIGN,
            Permission.BREAK_GLASS,
            Permission.RECONCILE,
            Permission.DELETE,
            Permission.HOLD,
        }
    ),
    Role.RESEARCHER: frozenset({Permission.READ_DEIDENTIFIED}),
    Role.AUDITOR: frozenset({Permission.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER, Permission.READ_AUDIT, Permission.HOLD}),
}


@dataclass(frozen=True, slots=True)
class User:
    """Someone who can log in."""

    id: UserId
    name: str
    display_name: str
    roles: frozenset[Role]

    def can(self, permission: Permission) -> bool:
        """Whether one of the roles grants this; deny by default."""
        return permission is Permission.NONE or any(permission in PERMISSIONS[role] for role in self.roles)
