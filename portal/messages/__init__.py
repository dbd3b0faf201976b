"""Questions and answers on a case."""
