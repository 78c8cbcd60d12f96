"""Votes: one a user and thread, the users' habits, and the thread effects that remain when habits are allowed for."""

from analysis.votes.effects import TAU, Effects, approval_of, thread_effects

__all__ = ["TAU", "Effects", "approval_of", "thread_effects"]
