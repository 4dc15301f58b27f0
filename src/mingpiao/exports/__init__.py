"""Exports that a worker writes in the background: requested, followed, downloaded by their owner, deleted."""
