"""What is public of the projects as open data: OC4IDS 0.9. Mapping and gate are pure; `queries` reads, `export` writes, `door` serves."""
