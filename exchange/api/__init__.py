"""What machines may write of this app: files sent, checked, committed and taken back, as on their pages."""
