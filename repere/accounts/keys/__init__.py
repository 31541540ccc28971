"""Keeping keys: where the root key is held, how each key of the tree is replaced, and its copy on paper."""
