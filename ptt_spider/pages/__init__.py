"""Pure parsers: bytes in, items out; no I/O, no Scrapy."""
