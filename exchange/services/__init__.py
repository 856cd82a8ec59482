"""Verbs of exchange: receive a file, check it, preview what it would change, commit that, take it back."""
