"""Pages of www.ptt.cc in, typed items out. Knows nothing of the store or of sentiment."""

__version__ = "0.1.0"
USER_AGENT = f"ptt-pulse/{__version__} (+mailto:{{contact}})"
