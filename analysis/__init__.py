"""All that happens to items after the crawl: store, scores, views, mail."""
