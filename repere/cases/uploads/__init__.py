"""What arrives: told by its content, cleaned in a child process, scanned, and closed until both are done."""
