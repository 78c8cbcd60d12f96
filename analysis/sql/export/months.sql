-- Months of posting, in Taipei, of everything that has a post's file name.
SELECT DISTINCT strftime(internal.taipei(to_timestamp(TRY_CAST(regexp_extract(p.post_id, '^[MG]\.([0-9]{10})\.', 1) AS BIGINT))), '%Y-%m') AS month
FROM (
    SELECT post_id FROM posts UNION SELECT post_id FROM internal.listings UNION SELECT post_id FROM internal.observations
) AS p
WHERE month IS NOT NULL
ORDER BY month
