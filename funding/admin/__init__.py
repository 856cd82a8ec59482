"""The admin's pages for money, one module a noun. Importing them registers them."""

from funding.admin import accounts, bonds, central, dossiers, double_page, finance, finance_panel, proof_page, quota, rolling

__all__ = ["accounts", "bonds", "central", "dossiers", "double_page", "finance", "finance_panel", "proof_page", "quota", "rolling"]
