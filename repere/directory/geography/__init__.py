"""The map of coverage: outlines with their licence in NOTICE.md."""
