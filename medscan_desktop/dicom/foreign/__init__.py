"""Files of other formats, and the DICOM that they are wrapped in."""
