"""Encrypted columns and blind indexes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.sealed import FieldCipher
from portal.vault.errors import Tampered
from portal.vault.fields import ColumnCipher, normalised
from portal.vault.services import field_cipher
from tests.support.vault_stores import vault_settings


@pytest.fixture(scope="module")
def cipher(tmp_path_factory: pytest.TempPathFactory) -> FieldCipher:
    return field_cipher(vault_settings(tmp_path_factory.mktemp("fields")))


@given(value=st.binary(max_size=300), aad=st.binary(max_size=80))
@settings(max_examples=50, deadline=None)
def test_a_value_comes_back(cipher: ColumnCipher, value: bytes, aad: bytes) -> None:
    sealed = cipher.seal(value, aad)
    assert cipher.open(sealed, aad) == value
    assert sealed != cipher.seal(value, aad)
    assert len(sealed) == len(value) + 29


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_any_changed_byte_is_refused(cipher: ColumnCipher, data: st.DataObject) -> None:
    sealed = cipher.seal(b"Ada Lovelace", b"users|name|1")
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:at] + bytes([sealed[at] ^ data.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    with pytest.raises(Tampered):
        cipher.open(changed, b"users|name|1")


@pytest.mark.parametrize("aad", [b"users|name|2", b"users|email|1", b"cases|name|1", b""])
def test_a_value_moved_to_another_place_is_refused(cipher: ColumnCipher, aad: bytes) -> None:
    with pytest.raises(Tampered):
        cipher.open(cipher.seal(b"Ada", b"users|name|1"), aad)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 13, b"\x02" * 40])
def test_what_is_no_sealed_value_is_refused(cipher: ColumnCipher, sealed: bytes) -> None:
    with pytest.raises(Tampered):
        cipher.open(sealed, b"users|name|1")


def test_another_installation_reads_nothing(cipher: ColumnCipher, tmp_path: Path) -> None:
    other = field_cipher(vault_settings(tmp_path))
    with pytest.raises(Tampered):
        other.open(cipher.seal(b"Ada", b"a"), b"a")
    assert other.blind_index("email", "a@b.org") != cipher.blind_index("email", "a@b.org")


def test_a_blind_index_fits_a_signed_column_and_depends_on_its_purpose(cipher: ColumnCipher) -> None:
    found = {cipher.blind_index("email", f"{number}@example.org") for number in range(300)}
    assert len(found) > 295
    assert min(found) < 0 < max(found)
    assert all(-(2**31) <= index < 2**31 for index in found)
    assert cipher.blind_index("email", "x") != cipher.blind_index("phone", "x")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Ada@Example.org", "ada@example.org"),
        ("  Ada  Lovelace ", "ada lovelace"),
        ("STRASSE", "straße"),
        ("é", "é"),
        ("\uff21da", "ada"),
    ],
)
def test_what_people_mean_by_the_same_has_the_same_index(cipher: ColumnCipher, one: str, two: str) -> None:
    assert cipher.blind_index("name", one) == cipher.blind_index("name", two)


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_normalising_twice_changes_nothing(value: str) -> None:
    assert normalised(normalised(value)) == normalised(value)
