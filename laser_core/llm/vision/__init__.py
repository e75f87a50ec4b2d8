"""A vision chat model names pictures: the request with its picture, the reply read, kept replies.
Asked only where a person named its endpoint; every other use of pictures stays on this machine.
"""
