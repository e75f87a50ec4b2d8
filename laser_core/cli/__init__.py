"""The command line: commands, options made from the settings, progress and errors on a terminal.
It parses and prints; what it does is done by the rooms below."""
