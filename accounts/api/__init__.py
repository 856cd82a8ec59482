"""The floor of every machine door: what can be read is declared once as a `Resource`; REST, streams and OData are made from it."""
