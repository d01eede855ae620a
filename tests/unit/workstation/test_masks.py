"""The masks of findings: each by its own finding and number; a finding without a mask, and a mask that is lost."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import VaultId
from medscan_desktop.imaging.mask import Mask, pack
from medscan_desktop.workstation.masks import mask_files, read_masks
from tests.support.homes import new_library
from tests.unit.persistence.test_records import LIVER


def test_each_finding_gets_its_own_masks(tmp_path: Path) -> None:
    voxels = np.zeros((3, 4, 5), bool)
    voxels[1, 2, 3] = True
    with new_library(tmp_path) as library:
        file = library.vault.write(pack({7: Mask.from_array(voxels)}))
        drawn = replace(LIVER, mask=file.id)
        bare = replace(LIVER, id=FindingId("f2"), mask=None)
        with library.records("test") as records:
            records.files.put(file)
            files = mask_files(records, [drawn, bare])
        masks = read_masks(library.vault, files)

    assert list(masks) == [drawn.id] and list(masks[drawn.id]) == [7]
    assert (masks[drawn.id][7].to_array() == voxels).all()


def test_a_mask_that_the_records_do_not_know_is_said(tmp_path: Path) -> None:
    with (
        new_library(tmp_path) as library,
        library.records("test") as records,
        pytest.raises(NotFound, match="mask of a finding"),
    ):
        mask_files(records, [replace(LIVER, mask=VaultId("f" * 32))])
