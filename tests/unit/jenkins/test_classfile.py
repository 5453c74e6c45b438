"""Class files: their names, and whether they are whole."""

import pytest

from devbox.jenkins import classfile
from tests.unit.jenkins.classes import class_file

WHOLE = class_file("org/x/Hello$1", major=61, source="Hello.java", body=b"some code", methods=("a", "b"))


def test_a_class_file_says_who_it_is() -> None:
    found = classfile.read(WHOLE)
    assert found == classfile.ClassFile("org/x/Hello$1", 61, "Hello.java")
    assert (found.signature, found.dotted, found.java) == ("Lorg/x/Hello$1;", "org.x.Hello$1", 17)


def test_no_beginning_of_one_passes_for_whole() -> None:
    assert all(classfile.read(WHOLE[:size]) is None for size in range(len(WHOLE)))


@pytest.mark.parametrize("data", [WHOLE + b"\0", b"", b"PK\3\4", b"\xca\xfe\xba\xbe", bytes(200), WHOLE[1:]])
def test_what_is_no_class_file(data: bytes) -> None:
    assert classfile.read(data) is None


def test_one_without_a_source_file() -> None:
    found = classfile.read(class_file("A"))
    assert found is not None and found.source is None and found.java == 8
