"""Zero-shot lines (Appendix B, Table 2): what names a run's test pictures right without any label.
By cosines with names or sentences, by the head before its first label, or by a model that is asked.
"""
