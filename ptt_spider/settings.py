"""Scrapy settings of the polite crawl; `ptt_spider.crawling.crawl` and `scrapy crawl board` share them.

One request in flight, about one a second, robots obeyed, no cookies but the over-18 one, an honest user agent.
"""

from typing import Any

from ptt_spider import __version__

BOT_NAME = "ptt-pulse"
SPIDER_MODULES = ["ptt_spider.spiders"]
NEWSPIDER_MODULE = "ptt_spider.spiders"
USER_AGENT = f"ptt-pulse/{__version__}"

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0  # a steady pace: no pretence of being a person
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0  # start at DOWNLOAD_DELAY; a slow site raises it
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0

DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # also after decompression: a gzip bomb ends here
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_VERIFY_CERTIFICATES = True
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 504, 408, 522, 524]  # 429 and 503 are RefusalMiddleware's
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
HTTPPROXY_ENABLED = True
REFERRER_POLICY = "no-referrer"

COOKIES_ENABLED = False  # its middleware would fetch a list of domains from the network
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-TW,zh;q=0.9,en;q=0.5",
    "Cookie": "over18=1",
}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_ENABLED = False

ROBOTSTXT_OBEY = False  # RobotsMiddleware obeys them: it names what is forbidden, and takes a 404 as leave
# The base lists name only what is used: Scrapy imports what they name, switched off or not, for half a second.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
DOWNLOADER_MIDDLEWARES: dict[str, int] = {
    "ptt_spider.linked.guard.LinkGuardMiddleware": 50,
    "ptt_spider.middlewares.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "ptt_spider.middlewares.RefusalMiddleware": 540,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    # Decompress, archive, then follow redirects: the archive holds the redirects too.
    "ptt_spider.middlewares.ArchiveMiddleware": 630,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 640,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
ITEM_PIPELINES: dict[str, int] = {"ptt_spider.pipelines.SpoolPipeline": 100}
EXTENSIONS_BASE: dict[str, int] = {}
EXTENSIONS: dict[str, int] = {
    "ptt_spider.extensions.Requests": 10,
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
DOWNLOAD_HANDLERS: dict[str, str | None] = {"data": None, "file": None, "ftp": None, "s3": None}
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"


def crawl_settings(**overrides: Any) -> dict[str, Any]:
    """These settings as a dict, with ``overrides``."""
    return {name: value for name, value in globals().items() if name.isupper()} | overrides
