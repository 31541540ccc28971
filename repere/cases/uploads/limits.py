"""How much is taken. Choices of the house, written once."""

MEGABYTE = 1024 * 1024
FILE_MEGABYTES = 10
DAY_MEGABYTES = 100
"""Of one member within a day."""
PAGES = 200
MEGAPIXELS = 40
CHILD_MEMORY_MEGABYTES = 1024
CHILD_SECONDS = 20
