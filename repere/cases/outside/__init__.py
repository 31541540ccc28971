"""What leaves the tool for a member who asked for it: bare days and neutral letters."""
