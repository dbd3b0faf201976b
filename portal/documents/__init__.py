"""Uploads, checks, rendered pages and their viewer."""
