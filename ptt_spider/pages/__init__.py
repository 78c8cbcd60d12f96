"""Pure parsers of the site's pages: bytes in, items out, no I/O."""

from ptt_spider.pages.article import parse_article
from ptt_spider.pages.growth import parse_growth
from ptt_spider.pages.index import parse_index
from ptt_spider.pages.jwlin import parse_jwlin
from ptt_spider.pages.plaintext import parse_plaintext
from ptt_spider.pages.refusals import page_problem

__all__ = ["page_problem", "parse_article", "parse_growth", "parse_index", "parse_jwlin", "parse_plaintext"]
