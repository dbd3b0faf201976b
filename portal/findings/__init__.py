"""What the reports say, and what the case still lacks."""
