"""What every room stands on: database session, clock, ids, errors, web helpers."""
