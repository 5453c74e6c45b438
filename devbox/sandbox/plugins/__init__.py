"""Plugins in a sandbox's Jenkins: what there is, what is put in, what is taken back."""
