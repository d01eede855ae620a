"""What leaves the house: DICOM SEG of an accepted finding, a picture, a one-page PDF. Files appear whole or not at all."""
