"""The Prompts page: classes, confusers and sentences, edited and held against the pool.
It imports no other page's room; every change is a version that the engine keeps."""
