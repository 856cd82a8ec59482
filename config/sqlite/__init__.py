"""SQLite as Django serves it, with triggers that outlive a change of their table: what DATABASES names as ENGINE."""
