-- store_info of the whole lake, as readers know it.
CREATE VIEW store_info AS
SELECT
    max(h.published_at) AS published_at, max(h.data_until) AS data_until, max(h.last_crawl_at) AS last_crawl_at,
    sum(h.posts)::BIGINT AS posts, sum(h.pushes)::BIGINT AS pushes,
    (SELECT max(m.version) FROM lake.internal.migrations AS m)::INTEGER AS schema_version,
    arg_max(h.program_version, h.published_at) AS program_version,
    (SELECT max(e.engine) FROM lake.engines AS e WHERE e.active) AS engine,
    (SELECT max(e.version) FROM lake.engines AS e WHERE e.active) AS engine_version
FROM lake.internal.heads AS h
