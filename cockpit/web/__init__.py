"""Pages, addresses and figures."""
