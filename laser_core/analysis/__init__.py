"""What a page or a notebook asks of a run: rankings, reasons, other choices, when to stop.
It reads and never writes; it imports neither PyTorch nor Streamlit."""
