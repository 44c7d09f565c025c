"""The secret keys: made once, never guessed, never silently replaced (ASVS 11.2.1, 13.3.1)."""

import json
import stat
import subprocess
import sys

import pytest

from db.place import keys_file
from services.core import keys
from services.core.keys import KeysUnreadable, current_id, first_seal, rotate, seal
from tests.house import ROOT


def test_a_key_is_made_once_and_kept():
    first = seal("audit", "text")
    keys._keys.cache_clear()
    assert seal("audit", "text") == first
    [entry] = json.loads(keys_file().read_text("utf-8"))
    assert len(bytes.fromhex(entry["key"])) == 32
    assert stat.S_IMODE(keys_file().stat().st_mode) == 0o600


def test_purposes_and_texts_are_apart():
    seals = {seal(purpose, text) for purpose in ("audit", "ticket") for text in ("a", "b")}
    assert len(seals) == 4
    assert seal("a", "b\0c") != seal("a\0b", "x")


def test_two_places_have_two_keys(tmp_path, monkeypatch):
    one = seal("audit", "text")
    monkeypatch.setenv("CRM_KEYS_FILE", str(tmp_path / "others.json"))
    assert seal("audit", "text") != one


def test_rotation_keeps_old_seals_valid():
    old_id, old = current_id(), seal("audit", "text")
    new_id = rotate()
    assert current_id() == new_id != old_id
    assert seal("audit", "text") != old
    assert seal("audit", "text", old_id) == old
    assert first_seal("audit", "text") == old
    keys._keys.cache_clear()
    assert seal("audit", "text", old_id) == old


def test_an_unknown_key_is_an_error():
    seal("audit", "text")
    with pytest.raises(KeyError):
        seal("audit", "text", "unknown")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        '[{"id": "a"}]',
        '[{"id": "a", "key": "zz"}]',
        '[{"id": "a", "key": "00ff"}]',
        '["a"]',
        "null",
        "7",
    ],
)
def test_a_damaged_file_stops_everything(content):
    keys_file().write_text(content, "utf-8")
    with pytest.raises(KeysUnreadable):
        seal("audit", "text")
    with pytest.raises(KeysUnreadable):
        rotate()
    assert keys_file().read_text("utf-8") == content


RACER = """
import sys
from services.core.keys import seal
sys.stdin.readline()
print(seal("audit", "text"))
"""


def test_of_many_starting_processes_one_makes_the_key():
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = {racer.communicate(timeout=60)[0].strip() for racer in racers}
    assert [racer.returncode for racer in racers] == [0] * 6
    assert said == {seal("audit", "text")}
    assert len(json.loads(keys_file().read_text("utf-8"))) == 1
