"""The only readers of snapshots."""
