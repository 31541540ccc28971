"""Shelters, their places, holds and stays. Knows needs and an opaque reference, never a person."""
