"""The warehouse database: the embedded server, its logins, its migrations."""
