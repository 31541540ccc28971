"""How much is taken. Choices of the house, written once."""

MEGABYTE = 1024 * 1024
FILE_MEGABYTES = 10
DAY_MEGABYTES = 100
"""Of one member within a day."""
PAGES = 200
MEGAPIXELS = 40
OBJECTS = 50_000
"""Of a document: several for each page, letter and picture. Reading twice as many takes the processor for seconds."""
AT_ONCE = 2
"""Papers that are cleaned at the same moment, by all processes on this machine that serve one database."""
CHILD_MEMORY_MEGABYTES = 1024
CHILD_SECONDS = 20
