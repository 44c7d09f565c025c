"""Speed and load, measured on the running application and set beside its own floors.

What a floor is and how it is measured: docs/decisions/0017-floors.md. Nothing here is imported by
the application, and it stands on the tests' server, client and PostgreSQL (`make dev`).
"""
