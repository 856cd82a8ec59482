"""What machines may post to the ledger."""
