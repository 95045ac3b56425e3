"""Frozen value types, one module per stage of the flow. Imports nothing of ours outside this package."""
