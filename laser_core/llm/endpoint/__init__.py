"""An OpenAI-compatible endpoint: the requests, their limits, and what each failure means.
The only room that opens a connection to a model; keys come from the environment and stay there.
"""
