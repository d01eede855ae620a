"""Run a model on a volume: what a card declares becomes a prediction with its provenance.

`predict.predict` is the whole of it on one page. Nothing here knows files of patients, users, screens or jobs.
"""
