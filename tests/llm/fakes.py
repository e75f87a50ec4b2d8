"""A model that gives laid-out replies: the fake for everything that is asked by prompt."""

from laser_core.llm.prompted_model import Completion, PromptedModel


class ScriptedModel(PromptedModel):
    kind = "replay"
    name = "scripted"

    def __init__(self, *replies, **settings):
        super().__init__(**settings)
        self.replies = list(replies)
        self.prompts = []

    def complete(self, task, prompt, form):
        self.prompts.append(prompt)
        return Completion(self.replies.pop(0), tokens_in=10, tokens_out=5)
