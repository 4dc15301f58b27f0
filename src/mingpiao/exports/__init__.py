"""Exports that are written in the background: asked for, followed, downloaded by their owner, forgotten."""
