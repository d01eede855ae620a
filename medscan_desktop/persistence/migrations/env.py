"""What Alembic runs: the missing revisions, on the connection and in the transaction that the caller holds."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
