"""What machines may write of this app: the same forms and services as the admin, through another door."""
