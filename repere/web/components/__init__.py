"""Template tags: small parts of a page that hold no rule and no query."""
