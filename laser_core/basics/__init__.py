"""Small helpers that know nothing of the method: arrays, seeds, files, names of files, privacy.
They may change together with whoever calls them; they import nothing of the engine but its errors.
"""
