"""Who may do what: one table, held against one written here by hand."""

import pytest

from medscan_desktop.domain.user import Permission, Role, User, UserId
from medscan_desktop.services import COMMANDS

T, R, S, L, A = Role.TECHNOLOGIST, Role.RADIOLOGIST, Role.RESEARCHER, Role.AUDITOR, Role.ADMINISTRATOR
ALLOWED = {
    Permission.NONE: {T, R, S, L, A},
    Permission.READ: {T, R},
    Permission.IMPORT: {T, R},
    Permission.ANNOTATE: {T, R},
    Permission.RUN_MODELS: {R},
    Permission.ACCEPT: {R},
    Permission.EXPORT: {R},
    Permission.SIGN: {R},
    Permission.BREAK_GLASS: {R},
    Permission.READ_DEIDENTIFIED: {S},
    Permission.READ_AUDIT: {L, A},
    Permission.ADMINISTER: {A},
    Permission.RECONCILE: {T, R},
    Permission.DELETE: {R},
    Permission.HOLD: {R, A},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_each_role_may_exactly_this(role: Role, permission: Permission) -> None:
    user = User(UserId("u"), "u", "U", frozenset({role}))

    assert user.can(permission) is (role in ALLOWED[permission])


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("retention.set", Permission.ADMINISTER),
        ("retention.run", Permission.ADMINISTER),
        ("retention.dry_run", Permission.ADMINISTER),
        ("study.delete", Permission.DELETE),
        ("reconcile.replace", Permission.DELETE),
        ("reconcile.decide", Permission.RECONCILE),
        ("reconcile.list", Permission.READ),
        ("hold.set", Permission.HOLD),
        ("hold.clear", Permission.HOLD),
        ("library.check", Permission.READ),
    ],
)
def test_what_erases_or_protects_asks_for_its_own_permission(name: str, permission: Permission) -> None:
    assert {command.name: command.permission for command in COMMANDS}[name] is permission
