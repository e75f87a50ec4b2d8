"""Labels from a table of any tool: read, looked at first, taken back as a whole.
A new tool's layout goes into `tools`; nothing here writes before a person has agreed."""
