"""The machine doors: reading, paging, tokens, filters, errors."""
