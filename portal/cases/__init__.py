"""The case: its status tables, who may do what, and records reached only through the actor."""
