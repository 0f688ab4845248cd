"""Erasure on request: the token of a person or household goes from every store; what was counted stays counted."""
