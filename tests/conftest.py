"""The ground under every test: a place of its own, and databases that cost a copy.

`database` is a freshly migrated database, once on SQLite and once on PostgreSQL, empty unless the
test also asks for `dealer`, which brings the people of `tests/dealer.py`. Both come from templates
that are migrated once in a process and copied for each test.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.engine import let_go
from db.migrate import upgrade
from services.core import keys, limits
from tests.databases import drop_database, fresh_database, postgres_url, unique_name
from tests.dealer import Dealer, found_dealer

pytest_plugins = ["tests.noskip"]

ENGINES = ("sqlite", "postgres")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long forms, marked `proof`, run only under `make proof`; they are no skips."""
    if not os.environ.get("CRM_PROOF"):
        long = [item for item in items if item.get_closest_marker("proof")]
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)


@dataclass(frozen=True)
class Templates:
    """Databases that are only ever copied; `keys` holds what their audit is sealed with."""

    folder: Path

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def sqlite(self, *, peopled: bool) -> Path:
        path = self.folder / f"{'dealer' if peopled else 'empty'}.sqlite"
        if not path.exists():
            self._make(f"sqlite:///{path}", peopled=peopled)
        return path

    def postgres(self, *, peopled: bool) -> str:
        noted = self.folder / f"{'dealer' if peopled else 'empty'}.postgres"
        if not noted.exists():
            name = unique_name("template")
            self._make(fresh_database(postgres_url(), name), peopled=peopled)
            noted.write_text(name, "utf-8")
        return noted.read_text("utf-8")

    def _make(self, url: str, *, peopled: bool) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("CRM_DATABASE_URL", url)
            environment.setenv("CRM_KEYS_FILE", str(self.keys))
            upgrade(url)
            if peopled:
                found_dealer()
        let_go(url)

    def drop(self) -> None:
        for noted in self.folder.glob("*.postgres"):
            drop_database(postgres_url(), noted.read_text("utf-8"))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    made.drop()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The test's own data folder and keys: nothing outside of tmp is ever read or written."""
    folder = tmp_path / "data"
    monkeypatch.setenv("CRM_DATA_DIR", str(folder))
    monkeypatch.setenv("CRM_KEYS_FILE", str(tmp_path / "keys.json"))
    monkeypatch.delenv("CRM_DATABASE_URL", raising=False)
    keys._keys.cache_clear()
    limits.forget()
    yield folder
    keys._keys.cache_clear()


@pytest.fixture(params=ENGINES)
def database(
    request: pytest.FixtureRequest,
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The address of a migrated database of the test's own, which `CRM_DATABASE_URL` names."""
    peopled = "dealer" in request.fixturenames
    name = unique_name("test")
    if request.param == "sqlite":
        copy = tmp_path / "crm.sqlite"
        shutil.copyfile(templates.sqlite(peopled=peopled), copy)
        url = f"sqlite:///{copy}"
    else:
        url = fresh_database(postgres_url(), name, templates.postgres(peopled=peopled))
    if peopled:
        shutil.copyfile(templates.keys, tmp_path / "keys.json")
    monkeypatch.setenv("CRM_DATABASE_URL", url)
    yield url
    let_go(url)
    if request.param == "postgres":
        drop_database(postgres_url(), name)


@pytest.fixture
def dealer(database: str) -> Dealer:
    """The people and stores of `tests/dealer.py` in the test's database."""
    return Dealer(database)
