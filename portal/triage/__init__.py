"""The coordinator's queue and desk."""
