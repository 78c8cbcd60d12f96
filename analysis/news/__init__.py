"""[新聞] posts: what their template says, and the store's ``news`` rows."""

from analysis.news.fields import NewsFields, parse_news

__all__ = ["NewsFields", "parse_news"]
