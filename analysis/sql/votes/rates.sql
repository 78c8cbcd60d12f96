-- The board's 推 rate that a thread's habits are centred on: all votes as they stood before the Taipei day on which it
-- was posted, shrunk to $base by $weight votes. Three places, so that one late vote does not touch every later habit.
CREATE OR REPLACE TEMP TABLE new_rates AS
WITH numbered AS (
    SELECT board, internal.day_number(moment) AS number, sum(dn)::BIGINT AS n, sum(ds)::BIGINT AS s, false AS asked
      FROM internal.vote_changes GROUP BY board, number
     UNION ALL
    SELECT board, internal.day_number(posted_at) AS number, 0, 0, true FROM posts GROUP BY board, number
), sums AS (
    SELECT board, DATE '1970-01-01' + number::INTEGER AS day, asked,
           coalesce(sum(n) OVER before_day, 0) AS n, coalesce(sum(s) OVER before_day, 0) AS s
      FROM numbered
    WINDOW before_day AS (PARTITION BY board ORDER BY number RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT board, day, round((s + $weight * $base) / (n + $weight), 3) AS rate FROM sums WHERE asked
