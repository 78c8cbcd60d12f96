-- Tables of the public interface (schema main) and the store's own memory (schema internal).
-- Meaning of each column: analysis/sql/comments.csv, applied as COMMENTs. Long texts say zstd: by itself DuckDB leaves them
-- as they are, four times the size, and every publication copies them.

CREATE TABLE posts (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, aid VARCHAR NOT NULL, url VARCHAR NOT NULL,
    category VARCHAR, is_reply BOOLEAN NOT NULL, is_forward BOOLEAN NOT NULL, forward_from VARCHAR,
    title VARCHAR, author VARCHAR, author_nick VARCHAR, ip VARCHAR, country VARCHAR,
    posted_at TIMESTAMPTZ NOT NULL, header_time VARCHAR, posted_on DATE NOT NULL, session_on DATE,
    body VARCHAR USING COMPRESSION zstd NOT NULL, nrec SMALLINT,
    push_count INTEGER NOT NULL, boo_count INTEGER NOT NULL, arrow_count INTEGER NOT NULL,
    edited_at TIMESTAMPTZ, deleted_at TIMESTAMPTZ, truncated BOOLEAN NOT NULL, damaged BOOLEAN NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL, fetched_at TIMESTAMPTZ NOT NULL, capture_lag BIGINT NOT NULL,
    PRIMARY KEY (board, post_id)
);

CREATE TABLE post_versions (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, version INTEGER NOT NULL,
    title VARCHAR, header_time VARCHAR, body VARCHAR USING COMPRESSION zstd NOT NULL, edited_at TIMESTAMPTZ,
    seen_from TIMESTAMPTZ NOT NULL, seen_until TIMESTAMPTZ NOT NULL
);

CREATE TABLE pushes (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, floor INTEGER NOT NULL,
    tag VARCHAR NOT NULL, vote TINYINT NOT NULL, user_id VARCHAR, text VARCHAR, ip VARCHAR,
    pushed_at TIMESTAMPTZ, time_text VARCHAR NOT NULL, session_on DATE, is_author BOOLEAN NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL, removed_at TIMESTAMPTZ
);

CREATE TABLE replies (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, after_floor INTEGER NOT NULL,
    text VARCHAR NOT NULL, edited_at TIMESTAMPTZ
);

CREATE TABLE news (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, headline VARCHAR, source_url VARCHAR, source_domain VARCHAR,
    published_at TIMESTAMPTZ, reporter VARCHAR, article VARCHAR USING COMPRESSION zstd, comment VARCHAR
);

CREATE TABLE linked_pages (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, source_url VARCHAR NOT NULL, final_url VARCHAR,
    domain VARCHAR, status SMALLINT, fetched_at TIMESTAMPTZ NOT NULL, title VARCHAR, site_name VARCHAR,
    published_at TIMESTAMPTZ, text VARCHAR USING COMPRESSION zstd, error VARCHAR
);

CREATE TABLE mentions (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, part VARCHAR NOT NULL, floor INTEGER,
    symbol VARCHAR NOT NULL, name VARCHAR NOT NULL, matched VARCHAR NOT NULL, start INTEGER NOT NULL
);

CREATE TABLE engines (
    engine VARCHAR NOT NULL, version VARCHAR NOT NULL, weights_hash VARCHAR NOT NULL,
    trained_from DATE, trained_until DATE, active BOOLEAN NOT NULL
);

CREATE TABLE post_scores (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, part VARCHAR NOT NULL,
    engine VARCHAR NOT NULL, version VARCHAR NOT NULL, score DOUBLE NOT NULL, log_odds DOUBLE
);

CREATE TABLE push_scores (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, floor INTEGER NOT NULL,
    engine VARCHAR NOT NULL, version VARCHAR NOT NULL, score DOUBLE NOT NULL, log_odds DOUBLE
);

CREATE TABLE votes (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL,
    y TINYINT NOT NULL, p_user DOUBLE NOT NULL, voted_at TIMESTAMPTZ, posted_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE thread_effects (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, voters INTEGER NOT NULL,
    theta DOUBLE, se DOUBLE, approval DOUBLE, approval_low DOUBLE, approval_high DOUBLE
);

CREATE TABLE trading_days (day DATE NOT NULL);

CREATE TABLE prices (symbol VARCHAR NOT NULL, day DATE NOT NULL, close DOUBLE NOT NULL, source VARCHAR);

CREATE TABLE crawls (
    run_id VARCHAR NOT NULL, command VARCHAR NOT NULL, boards VARCHAR[] NOT NULL,
    started_at TIMESTAMPTZ NOT NULL, finished_at TIMESTAMPTZ,
    index_pages INTEGER NOT NULL, posts INTEGER NOT NULL, pushes INTEGER NOT NULL,
    requests INTEGER NOT NULL, requests_saved INTEGER NOT NULL, revisits INTEGER NOT NULL,
    watch_pages INTEGER NOT NULL, failures INTEGER NOT NULL, exit_code TINYINT, reason VARCHAR, settings JSON
);

CREATE TABLE store_info (
    published_at TIMESTAMPTZ NOT NULL, data_until TIMESTAMPTZ, last_crawl_at TIMESTAMPTZ,
    posts BIGINT NOT NULL, pushes BIGINT NOT NULL, schema_version INTEGER NOT NULL, program_version VARCHAR NOT NULL,
    engine VARCHAR, engine_version VARCHAR
);

CREATE SCHEMA internal;

-- One row a response that told something of a thread. A thread's rows in main are a fold over these in the order of
-- (fetched_at, digest), so any of them can be made again from here and the pushes that it points to.
CREATE TABLE internal.observations (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, fetched_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,              -- page, growth, gone
    digest VARCHAR NOT NULL,            -- of the response's content: the same response loaded twice counts once
    base_fetched_at TIMESTAMPTZ,        -- growth: the page or growth that it continues
    partial BOOLEAN NOT NULL,           -- truncated or damaged: what it lacks is not gone
    header_digest VARCHAR,              -- internal.texts: JSON of the post's fields but body and pushes
    body_digest VARCHAR,                -- internal.texts: its body
    floors VARCHAR NOT NULL,            -- the page's pushes in page order, as runs of floors: 1-57,60
    pending VARCHAR,                    -- growth whose base is not here yet: its own pushes as JSON
    source VARCHAR NOT NULL             -- crawl, reparse, import
);
CREATE TABLE internal.texts (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, digest VARCHAR NOT NULL, text VARCHAR USING COMPRESSION zstd NOT NULL
);
CREATE TABLE internal.listings (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, title VARCHAR, author VARCHAR, mark VARCHAR, nrec SMALLINT,
    first_listed_at TIMESTAMPTZ NOT NULL, last_listed_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE internal.failures (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, failed_at TIMESTAMPTZ NOT NULL, reason VARCHAR NOT NULL
);
CREATE TABLE internal.poll_state (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, fetched_at TIMESTAMPTZ NOT NULL,
    poll_url VARCHAR NOT NULL, longpoll_url VARCHAR, poll_offset BIGINT NOT NULL
);
CREATE TABLE internal.spool_files (name VARCHAR PRIMARY KEY, sha256 VARCHAR NOT NULL, loaded_at TIMESTAMPTZ NOT NULL);
-- Threads whose derived rows are stale, by step: news, mentions, votes (then habits), scores, moods, stories.
CREATE TABLE internal.dirty (board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, step VARCHAR NOT NULL);
CREATE TABLE internal.migrations (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL);
-- 推 rate of a board before each Taipei day, which habits are centred on (step votes).
CREATE TABLE internal.board_rates (board VARCHAR NOT NULL, day DATE NOT NULL, rate DOUBLE NOT NULL);
-- What the views would otherwise work out over all pushes each time (analysis/aggregates.py): step moods, step stories.
CREATE TABLE internal.thread_moods (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, engine VARCHAR NOT NULL, version VARCHAR NOT NULL,
    comments_scored BIGINT NOT NULL, users BIGINT NOT NULL, crowd_mood DOUBLE NOT NULL, crowd_variance DOUBLE NOT NULL
);
CREATE TABLE internal.stories (board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL);
-- What a comment of several rows had said by a row after which its writer paused: for as-of queries (step scores).
CREATE TABLE internal.partial_scores (
    board VARCHAR NOT NULL, post_id VARCHAR NOT NULL, floor INTEGER NOT NULL,
    engine VARCHAR NOT NULL, version VARCHAR NOT NULL, score DOUBLE NOT NULL
);
