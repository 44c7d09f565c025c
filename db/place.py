"""Where the data lives: read from the environment, one function a fact."""

import os
from pathlib import Path

from sqlalchemy import make_url

ROOT = Path(__file__).parents[1]


def data_dir() -> Path:
    """The folder of everything that is not code: database, documents, keys. Made when missing."""
    folder = Path(os.environ.get("CRM_DATA_DIR") or ROOT / "data").resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def database_url() -> str:
    """`CRM_DATABASE_URL`, else the embedded SQLite database in the data folder."""
    url = os.environ.get("CRM_DATABASE_URL")
    if not url:
        return f"sqlite:///{data_dir() / 'crm.sqlite'}"
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if colon and scheme in {"postgres", "postgresql"} else url


def keys_file() -> Path:
    """`CRM_KEYS_FILE`, else a file under the data folder; a backup keeps it apart."""
    named = os.environ.get("CRM_KEYS_FILE")
    return Path(named).resolve() if named else data_dir() / "keys.json"


def described(url: str) -> str:
    """The database's address without its password, for messages and logs."""
    return make_url(url).render_as_string(hide_password=True)
