"""Mail without health details, delivered through the outbox."""
