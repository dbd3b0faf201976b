"""The job queue: one table, leases and fencing."""
