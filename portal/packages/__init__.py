"""The sealed package: synopsis, answers, originals, manifest, ZIP."""
