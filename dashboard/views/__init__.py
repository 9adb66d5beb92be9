"""The pages: each reads, asks the pure parts, and shows. Not here: anything worth a test without Streamlit."""
