"""The upload pages: send a file, read what was found, see what it would change, commit, take back."""
