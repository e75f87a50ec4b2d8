"""Elements that Streamlit lacks, each with its script: gallery, labeller, map, typing, words.
They know pictures and labels by their ids alone and import neither a page nor `shared`."""
