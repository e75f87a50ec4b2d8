"""The Label page: deck, history, when to stop, and the inbox of answers.
It imports no other page's room; an answer is stored by the engine before it is shown as taken.
"""
