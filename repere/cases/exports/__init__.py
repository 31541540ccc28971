"""What leaves the house: statistics, work lists, and extracts with names that two people let out."""
