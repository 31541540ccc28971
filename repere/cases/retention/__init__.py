"""How long what is kept, and what stays when it goes."""
