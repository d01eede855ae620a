"""The masks of findings, out of the vault. Two steps, so that nothing is decrypted while a transaction is held."""

from collections.abc import Iterable, Mapping

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.finding import Finding, FindingId
from medscan_desktop.imaging.mask import Mask, unpack
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.vault import Vault, VaultFile

Masks = Mapping[FindingId, Mapping[int, Mask]]
"""By finding, then by the number of its structure; a finding without a mask has none."""


def mask_files(records: Records, findings: Iterable[Finding]) -> dict[FindingId, VaultFile]:
    """Where the masks are. Raises NotFound where a finding names a file that the records do not know."""
    wanted = {finding.id: finding.mask for finding in findings if finding.mask}
    files = records.files.many(wanted.values())
    if len(files) < len(set(wanted.values())):
        raise NotFound("The mask of a finding is not in the records.")
    return {finding_id: files[mask] for finding_id, mask in wanted.items()}


def read_masks(vault: Vault, files: Mapping[FindingId, VaultFile]) -> Masks:
    """The masks themselves. Raises Damaged."""
    return {finding_id: unpack(vault.read(file)) for finding_id, file in files.items()}
