"""Images and sentences in two dimensions, as in Figure 2.
The layout is a long job for the worker; what pages draw is read with NumPy alone."""
