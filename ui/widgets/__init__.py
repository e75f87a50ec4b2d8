"""Elements that Streamlit lacks, each with its script: gallery, labeller, map, text area, lists.
They know pictures and labels by their ids alone and import neither a page nor `shared`."""
