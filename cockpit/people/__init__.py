"""The state database: accounts, gate, audit, acts."""
