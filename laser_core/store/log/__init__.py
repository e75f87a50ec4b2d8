"""The log of labels: its rows, what they come to, and what is asked of pictures and classes.
Rows are added, never changed; nothing here knows of queries, texts or files.
"""
