"""Demo people and cases, plainly marked as such; refused in production."""
