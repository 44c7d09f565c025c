"""Bringing in tables that people upload: read, map, check, write, undo."""
