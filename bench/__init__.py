"""Speed and memory, with numbers: ``python -m bench``. Never part of the tests."""
