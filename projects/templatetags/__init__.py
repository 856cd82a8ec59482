"""What templates of every app use to print figures."""
