-- What a manifest says of the whole: engines, range, coverage.
SELECT
    (SELECT max(m.version) FROM internal.migrations AS m) AS schema_version,
    (SELECT list({'engine': e.engine, 'version': e.version, 'weights_hash': e.weights_hash, 'active': e.active} ORDER BY e.engine, e.version) FROM engines AS e) AS engines,
    (SELECT min(p.posted_at) FROM posts AS p) AS posted_from,
    (SELECT max(p.posted_at) FROM posts AS p) AS posted_until,
    (SELECT max(q.pushed_at) FROM pushes AS q) AS pushed_until,
    (SELECT count(*) FROM posts) AS posts,
    (SELECT count(*) FROM pushes) AS pushes,
    (SELECT list(DISTINCT p.board ORDER BY p.board) FROM posts AS p) AS boards
