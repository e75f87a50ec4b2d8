"""A picture file: its kind by the first bytes, its size, its pixels, its thumbnail.
What comes in is hostile until decoded; nothing here imports anything else of the room but `base`.
"""
