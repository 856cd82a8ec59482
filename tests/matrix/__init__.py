"""The permission matrix: every person × every page, action and command × own unit, other unit, whole city.

What there is, is discovered from the running product (`discovery`); what is expected of each is a short entry (`entries`), from
which the answer for every person is derived by the table of roles (`expect`). An entry that is missing fails the test.
"""
