-- Of the lake only: the newest publication of each board and what it held. Board '' stands for the tables without boards.
CREATE TABLE internal.heads (
    board VARCHAR NOT NULL, publication VARCHAR NOT NULL, published_at TIMESTAMPTZ NOT NULL, host VARCHAR NOT NULL,
    program_version VARCHAR NOT NULL, posts BIGINT NOT NULL, pushes BIGINT NOT NULL,
    data_until TIMESTAMPTZ, last_crawl_at TIMESTAMPTZ
)
