"""Whether two names mean one institution."""

import pytest

from portal.routing import institutions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mayo Clinic", "  mayo   hospital "),
        ("Dana-Farber Cancer Institute", "DANA FARBER"),
        ("MSKCC", "Memorial Sloan-Kettering Cancer Center"),
        ("St. Mary's Hospital", "St Marys Medical Center"),
        ("The University of Texas M.D. Anderson Cancer Center", "MD Anderson"),
        ("Hôpital Saint-Louis", "hopital saint louis"),
        ("The Cancer Center", "the cancer-center"),
    ],
)
def test_names_that_people_write_differently_are_the_same(one: str, other: str) -> None:
    assert institutions.same(one, other)
    assert institutions.same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("University of Washington", "Washington University"),
        ("Mercy North", "Mercy South"),
        ("", ""),
        ("", "Mayo Clinic"),
        ("  ", "\n"),
    ],
)
def test_other_names_and_missing_ones_are_not(one: str, other: str) -> None:
    assert not institutions.same(one, other)


def test_several_institutions_in_one_field() -> None:
    treating = institutions.split("Lakeside Hospital; Mayo Clinic\nHarbor Oncology")

    assert treating == ["Lakeside Hospital", "Mayo Clinic", "Harbor Oncology"]
    assert institutions.any_same(["mayo"], treating)
    assert not institutions.any_same(["Elsewhere"], treating)
    assert institutions.split(None) == []
