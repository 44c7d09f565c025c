"""What a file is, told by its content; what it may be called (ASVS 5.2.2, 5.3.2)."""

import pytest
from pydantic import ValidationError

from db.storage import digest_of
from pages.components.troubles import worded
from services.core.uploads import BY_SUFFIX, KINDS, Upload, suffix_of
from tests.nasty import cases
from tests.services.papers import EXE, HTML, JPEG, LIARS, PAPERS, PDF, PNG


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        Upload(name=name, content=content)
    [error] = refused.value.errors()
    assert "content" not in worded(refused.value)
    return str(error["type"])


@pytest.mark.parametrize("name", PAPERS)
def test_what_is_what_it_says_is_taken(name: str):
    upload = Upload(name=name, content=PAPERS[name])
    assert upload.name == name
    assert upload.media_type == BY_SUFFIX[suffix_of(name)].media_type


def test_every_kind_is_tried():
    assert {suffix_of(name) for name in PAPERS} == {s for kind in KINDS for s in kind.suffixes}


@pytest.mark.parametrize("name", LIARS)
def test_what_is_something_else_is_refused(name: str):
    assert refusal(name, LIARS[name]) == "file_disagrees"


@pytest.mark.parametrize(
    "name", ["a.exe", "a.html", "a.svg", "a.zip", "a.docm", "a.pdf.exe", "a", ".pdf", "a.pdf.", ""]
)
def test_other_kinds_are_refused(name: str):
    assert refusal(name, PDF) == "file_kind"


def test_nothing_is_refused():
    assert refusal("a.pdf", b"") == "file_empty"


@pytest.mark.parametrize("case", cases("file_polyglot"), ids=lambda case: case.id)
@pytest.mark.parametrize("suffix", ["jpg", "png", "pdf", "mp3", "mp4", "docx"])
def test_known_polyglots_are_refused(case, suffix: str):
    assert refusal(f"a.{suffix}", case.data) == "file_disagrees"


def test_no_content_is_two_kinds():
    """But for what phones record, which is a sound or a film by its name."""
    for name, content in PAPERS.items():
        found = {kind.media_type for kind in KINDS if kind.is_it(content)}
        assert found in ({BY_SUFFIX[suffix_of(name)].media_type}, {"audio/mp4", "video/mp4"}), name
    assert not [kind for kind in KINDS if kind.is_it(EXE) or kind.is_it(HTML)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\fakepath\\照片.jpg", "照片.jpg"),
        ("/a/b.jpg", "b.jpg"),
        ("a\x00b\x07\r\nSet-Cookie: x.jpg", "a\ufffdbSet-Cookie: x.jpg"),
        ("fdp.\u202egpj.exe\u202c.jpg", "fdp.gpj.exe.jpg"),
        ("\udcb2\udce8.jpg", "\ufffd\ufffd.jpg"),
        ("照片".encode("gbk").decode("latin-1") + ".jpg", "ÕÕÆ¬.jpg"),
        ("e\u0301.jpg", "\u00e9.jpg"),
        ("  a .jpg ", "a .jpg"),
        ("长" * 10_000 + ".jpg", "长" * 196 + ".jpg"),
    ],
)
def test_a_name_is_kept_without_what_harms(said: str, kept: str):
    assert Upload(name=said, content=JPEG).name == kept


@pytest.mark.parametrize("case", cases("filename"), ids=lambda case: case.id)
def test_no_name_is_part_of_a_path(case):
    try:
        name = Upload(name=f"{case.text}.jpg", content=JPEG).name
    except ValidationError:
        return
    assert not set(name) & set("/\\\0\r\n")
    assert len(name) <= 200


def test_what_is_kept_of_a_request_is_the_digest_alone():
    upload = Upload(name="a.png", content=PNG)
    assert upload.model_dump() == {"name": "a.png", "content": digest_of(PNG)}
    assert "PNG" not in repr(upload)


@pytest.mark.parametrize("content", ["text", None, 1, [1]])
def test_a_content_is_bytes(content: object):
    with pytest.raises(ValidationError):
        Upload.model_validate({"name": "a.png", "content": content})
