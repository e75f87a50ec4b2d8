"""The engine of LaSeR Explorer: open-set active learning with language and vision models."""
