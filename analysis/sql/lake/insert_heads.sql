-- One row a board that is being published.
INSERT INTO lake.internal.heads BY NAME
SELECT
    b.board, $publication AS publication, $now::TIMESTAMPTZ AS published_at, $host AS host, $version AS program_version,
    (SELECT count(*) FROM new.posts AS p WHERE p.board = b.board) AS posts,
    (SELECT count(*) FROM new.pushes AS q WHERE q.board = b.board) AS pushes,
    greatest(
        (SELECT max(p.posted_at) FROM new.posts AS p WHERE p.board = b.board),
        (SELECT max(q.pushed_at) FROM new.pushes AS q WHERE q.board = b.board AND q.pushed_at <= q.first_seen_at)
    ) AS data_until,
    (SELECT i.last_crawl_at FROM new.store_info AS i) AS last_crawl_at
FROM (SELECT unnest($boards::VARCHAR[]) AS board) AS b
