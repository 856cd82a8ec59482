"""The admin's pages for money, one module a noun. Importing them registers them."""

from funding.admin import accounts, bonds, central, dossiers, proof_page, quota

__all__ = ["accounts", "bonds", "central", "dossiers", "proof_page", "quota"]
