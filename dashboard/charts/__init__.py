"""Plotly figures, built by pure functions from frames. Not here: Streamlit, and where frames come from."""
