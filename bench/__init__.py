"""Measures. They run by hand (`make bench`), never in tests, and write docs/benchmarks.md."""
