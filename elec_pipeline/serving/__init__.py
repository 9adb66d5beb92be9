"""What every web server of ours shares: how it runs, what it refuses. Not here: any page, any route."""
