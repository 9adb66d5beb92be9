"""The dashboard: Streamlit pages over the store's queries.

Here: pages (`views`), figures (`charts`), what the tiles say, texts in French and English. Not here: SQL, and
anything that writes.
"""
