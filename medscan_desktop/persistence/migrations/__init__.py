"""The database's shape, step by step; Alembic runs what is missing."""
