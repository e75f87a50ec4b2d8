"""The Arena page: strategies and settings side by side, in lines and in pictures, and new studies.
It imports no other page's room and computes no figure."""
