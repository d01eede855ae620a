"""What has become of instances since they were imported: present, missing or changed, and why. Changes nothing."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.study import Instance, InstanceState, InstanceUid, Storage, VaultId
from medscan_desktop.persistence.vault import Vault, VaultFile
from medscan_desktop.workstation.referenced import Changed, Missing, digest_of, is_as_imported, open_referenced

_log = logging.getLogger("medscan.presence")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Look:
    """What was found of one instance. `mtime_ns` is a referenced file's time, proven to be of the same bytes."""

    instance: Instance
    state: InstanceState
    reason: str = ""
    mtime_ns: int | None = None

    @property
    def is_present(self) -> bool:
        """Whether it is there, as it was imported."""
        return self.state is InstanceState.PRESENT

    @property
    def is_news(self) -> bool:
        """Whether the records say otherwise."""
        return self.state is not self.instance.state or self.mtime_ns not in (None, self.instance.mtime_ns)


def look_at(
    instances: Iterable[Instance],
    files: Mapping[VaultId, VaultFile],
    vault: Vault,
    *,
    deep: bool = False,
    report: Callable[[int], None] = lambda _: None,
) -> list[Look]:
    """One `Look` an instance, in their order.

    Size and time of a referenced file, its bytes where those say too little; whether a vault file is there. `deep`
    reads everything. `report` is told how many were looked at, and may raise to stop.
    """
    found = []
    for number, instance in enumerate(instances):
        report(number)
        if instance.storage is Storage.VAULT:
            found.append(_in_vault(instance, files, vault, deep))
        else:
            found.append(_referenced(instance, deep))
    return found


def states_of(looks: Iterable[Look]) -> dict[InstanceUid, InstanceState]:
    """What is to be written down: only what the records do not say already."""
    return {look.instance.sop_instance_uid: look.state for look in looks if look.state is not look.instance.state}


def times_of(looks: Iterable[Look]) -> dict[InstanceUid, int]:
    """Files with the same bytes and another time: the next look need not read them again."""
    news = (look for look in looks if look.mtime_ns not in (None, look.instance.mtime_ns))
    return {look.instance.sop_instance_uid: look.mtime_ns for look in news if look.mtime_ns is not None}


def _in_vault(instance: Instance, files: Mapping[VaultId, VaultFile], vault: Vault, deep: bool) -> Look:
    file = files.get(VaultId(instance.location))
    if file is None or not vault.has(file.id):
        return Look(instance, InstanceState.MISSING, "its file is not in the vault")
    if not deep:
        return Look(instance, InstanceState.PRESENT)
    try:
        with vault.open(file) as stream:
            while stream.read(_CHUNK):
                pass
    except (Damaged, OSError):
        _log.info("presence.vault_file_damaged")
        return Look(instance, InstanceState.CHANGED, "its file in the vault is damaged")
    return Look(instance, InstanceState.PRESENT)


def _referenced(instance: Instance, deep: bool) -> Look:
    try:
        found = Path(instance.location).stat()
    except OSError as error:
        return Look(instance, InstanceState.MISSING, str(Missing(instance.location, error)))
    if not deep and is_as_imported(instance, found):
        return Look(instance, InstanceState.PRESENT)
    try:
        with open_referenced(instance) as file:
            if deep and digest_of(file) != instance.sha256:
                raise Changed(instance.location, "the same size and time, other content")
    except Missing as error:
        return Look(instance, InstanceState.MISSING, str(error))
    except Changed as error:
        return Look(instance, InstanceState.CHANGED, str(error))
    except OSError as error:
        return Look(instance, InstanceState.MISSING, str(Missing(instance.location, error)))
    return Look(instance, InstanceState.PRESENT, mtime_ns=found.st_mtime_ns)
