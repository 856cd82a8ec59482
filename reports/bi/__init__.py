"""The star for BI tools: views `bi_*` over the tables, their read-only role, and the logins of units.

`views` says what each view has, once for both engines; `install` writes it into the database after every `migrate`; `logins` gives and
takes the PostgreSQL logins.
"""
