"""Benchmarks: one script a job, each beside a peer in the same run. Nothing here is a test."""
