"""The patient's journey, from landing page to sent case."""
