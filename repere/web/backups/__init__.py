"""Backups that this machine can write and cannot read, and restores that prove themselves before they count."""
