"""The append-only, hash-chained trail of every act on health data."""
