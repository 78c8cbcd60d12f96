INSERT INTO store_info BY NAME
SELECT
    $1 AS published_at,
    greatest((SELECT max(posted_at) FROM posts), (SELECT max(pushed_at) FROM pushes WHERE pushed_at <= first_seen_at))
        AS data_until,
    coalesce(
        (SELECT max(finished_at) FROM crawls),
        (SELECT max(fetched_at) FROM internal.observations WHERE source = 'crawl')
    ) AS last_crawl_at,
    (SELECT count(*) FROM posts) AS posts,
    (SELECT count(*) FROM pushes) AS pushes,
    $2 AS schema_version,
    $3 AS program_version,
    (SELECT max(engine) FROM engines WHERE active) AS engine,
    (SELECT max(version) FROM engines WHERE active) AS engine_version
