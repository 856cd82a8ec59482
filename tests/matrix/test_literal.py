"""The table of roles, written out by hand: whoever changes `accounts.roles` changes it here too, and sees what it means."""

from __future__ import annotations

import pytest

from accounts.roles import GRANTS, Action, Role, clash

# Every cell is said, also each that is not granted. x: granted.
LITERAL = """
                       view edit upload undo submit review approve lock remind lists reference delete export users system audit
system_administrator   .    .    .      .    .      .      .       .    .      .     .         .      .      .     x      .
security_administrator .    .    .      .    .      .      .       .    .      .     .         .      .      x     .      .
auditor                .    .    .      .    .      .      .       .    .      .     .         .      .      .     .      x
city_administrator     x    x    x      x    .      .      x       x    x      x     x         x      x      .     .      .
city_officer           x    x    x      x    x      .      .       .    x      x     .         .      x      .     .      .
city_reviewer          x    .    .      .    .      x      x       .    x      .     .         .      x      .     .      .
district_officer       x    x    x      x    .      .      .       .    .      .     .         .      x      .     .      .
district_reviewer      x    .    .      .    x      .      .       .    .      .     .         .      x      .     .      .
bi_reader              x    .    .      .    .      .      .       .    .      .     .         .      x      .     .      .
"""
UNIT_BOUND = {"district_officer", "district_reviewer"}
_HEAD, *_ROWS = [line.split() for line in LITERAL.strip().splitlines()]
CELLS = [(role, action, mark == "x") for role, *marks in _ROWS for action, mark in zip(_HEAD, marks, strict=True)]


def test_the_literal_table_names_every_role_and_action():
    assert [role for role, *_ in _ROWS] == [role.value for role in Role]
    assert [action.value for action in Action] == _HEAD
    assert len(CELLS) == len(Role) * len(Action)


@pytest.mark.parametrize("role,action,granted", CELLS, ids=[f"{role}-{action}" for role, action, _ in CELLS])
def test_a_role_is_granted_what_is_written_here(role, action, granted):
    assert (Action(action) in GRANTS[Role(role)].actions) is granted


def test_district_roles_are_bound_to_a_unit_and_others_are_not():
    assert {role.value for role in Role if not GRANTS[role].city_wide} == UNIT_BOUND


@pytest.mark.parametrize("one", ["system_administrator", "security_administrator", "auditor"])
@pytest.mark.parametrize("other", [role.value for role in Role])
def test_the_three_administrators_hold_nothing_else(one, other):
    assert (clash([Role(one), Role(other)]) is not None) is (one != other)
