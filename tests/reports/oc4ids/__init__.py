"""The open data: mapping, what it keeps to itself, gate, export and door."""
