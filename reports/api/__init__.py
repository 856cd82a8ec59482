"""What machines may ask of this app: figures, debt service."""
