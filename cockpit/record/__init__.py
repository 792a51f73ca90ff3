"""The one writer: inbox, ingest, demo city, cube, publish, worker."""
