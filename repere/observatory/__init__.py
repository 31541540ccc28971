"""The observatory: what de-identified rows tell. It reads case files only through `collect.py`."""
