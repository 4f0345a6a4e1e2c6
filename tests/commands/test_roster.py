"""Reading people and groups from CSV, and every fault with its line."""

import pytest

from directories.demonstration.roster import COMPANY, RosterError, read_roster


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def fault(tmp_path, text, encoding="utf-8"):
    with pytest.raises(RosterError) as caught:
        read_roster(write(tmp_path, text, encoding))
    return str(caught.value)


def test_company_has_its_people_and_groups():
    company = read_roster(COMPANY)

    assert len(company.people) == 150
    assert len(company.groups) == 15
    assert sum(not person.active for person in company.people) == 4


def test_columns_come_in_any_order_and_only_user_name_is_needed(tmp_path):
    path = write(tmp_path, "groups,User_Name\nA; B ;a,ada\n,bob\n")

    roster = read_roster(path)

    assert [p.user_name for p in roster.people] == ["ada", "bob"]
    assert roster.people[0].active
    assert roster.people[0].groups == ("A", "B")


def test_group_names_that_differ_in_letter_case_are_one_group(tmp_path):
    path = write(tmp_path, "user_name,groups\nada,Sales\nbob,SALES\n")

    assert read_roster(path).groups == {"Sales": ["ada", "bob"]}


@pytest.mark.parametrize(
    ("cell", "active"),
    [("", True), ("TRUE", True), ("1", True), ("No", False), ("false", False)],
)
def test_active_is_read_as_people_write_it(tmp_path, cell, active):
    path = write(tmp_path, f"user_name,active\nada,{cell}\n")

    assert read_roster(path).people[0].active is active


def test_byte_order_mark_and_empty_lines_do_not_matter(tmp_path):
    path = write(tmp_path, "\ufeffuser_name\n\nada\n\n")

    assert [p.user_name for p in read_roster(path).people] == ["ada"]


def test_faults_are_told_together_with_their_lines(tmp_path):
    text = fault(
        tmp_path,
        "user_name,email,active\nada,ada@a.example,maybe\n,x@a.example,\nADA,nowhere,\n",
    )

    assert "Line 2: active is maybe" in text
    assert "Line 3: user_name is empty" in text
    assert "Line 4: nowhere is no e-mail address" in text
    assert "Line 4: ADA is on line 2 already" in text


def test_many_faults_are_cut(tmp_path):
    text = fault(tmp_path, "user_name,active\n" + "a,x\n" * 30)

    assert len(text.splitlines()) == 22
    assert "more" in text


def test_header_without_user_name_is_refused(tmp_path):
    assert "line 1" in fault(tmp_path, "email\nada@a.example\n")
    assert "line 1" in fault(tmp_path, "")


def test_unknown_and_doubled_columns_are_refused(tmp_path):
    assert "salary" in fault(tmp_path, "user_name,salary\nada,1\n")
    assert "twice" in fault(tmp_path, "user_name,email,email\nada,,\n")


def test_too_many_cells_are_refused(tmp_path):
    assert "line 3 has 3 cells" in fault(tmp_path, "user_name,email\na,\nb,x,y\n")


def test_other_encodings_are_refused_with_their_line(tmp_path):
    text = fault(tmp_path, "user_name\nada\nbjörn\n", encoding="latin-1")

    assert "line 3 is not UTF-8" in text


def test_broken_quotes_are_refused(tmp_path):
    assert "line 2 is no CSV" in fault(tmp_path, 'user_name\n"ada"x\n')


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(RosterError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
