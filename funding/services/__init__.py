"""Verbs of the ledger: each runs in one transaction, locks the funds it touches in one order, and refuses with words."""
