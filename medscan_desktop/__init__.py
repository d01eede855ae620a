"""MedScan Desktop: a clinical imaging workstation. Each layer imports only from the layers below it (see README)."""

__version__ = "0.1.0"
