-- name: freshness
-- question: How fresh is this store, and what made it?
SELECT published_at AT TIME ZONE 'Asia/Taipei' AS published_local, data_until AT TIME ZONE 'Asia/Taipei' AS data_until_local,
    published_at - data_until AS lag, posts, pushes, engine, engine_version, program_version
FROM store_info
