"""Alembic's way in: the connection is handed over by ``state.py``, which also takes the lock."""

from alembic import context

from cockpit.people.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
