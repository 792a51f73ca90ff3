"""The pages: each turns what was asked into a tree of elements."""
