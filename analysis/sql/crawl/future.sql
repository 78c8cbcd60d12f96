-- The newest time at which this store's clock says to have seen something, and the newest time that the site itself wrote.
SELECT
    (SELECT max(fetched_at) FROM internal.observations) AS seen,
    greatest((SELECT max(posted_at) FROM posts), (SELECT max(pushed_at) FROM pushes)) AS written
