-- What `ptt status` says of the published store: one row.
SELECT
    info.published_at, info.data_until, info.last_crawl_at, info.posts, info.pushes,
    info.schema_version, info.program_version, info.engine, info.engine_version,
    (SELECT count(*) FROM crawls WHERE exit_code NOT IN (0, 4) AND started_at > info.published_at - INTERVAL 7 DAY)
        AS failed_runs
FROM store_info AS info;
