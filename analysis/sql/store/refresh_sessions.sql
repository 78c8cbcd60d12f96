CREATE OR REPLACE TEMP TABLE store_sessions AS
WITH
    closes AS (SELECT day, (day + TIME '13:30') AT TIME ZONE 'Asia/Taipei' AS close_at FROM trading_days),
    moments AS (SELECT DISTINCT posted_at AS moment FROM posts UNION SELECT DISTINCT pushed_at FROM pushes)
SELECT m.moment, CASE WHEN c.close_at - m.moment <= INTERVAL 31 DAYS THEN c.day END AS session_on
FROM moments AS m
ASOF LEFT JOIN closes AS c ON m.moment <= c.close_at
WHERE m.moment IS NOT NULL;
UPDATE posts SET session_on = store_sessions.session_on FROM store_sessions
WHERE posts.posted_at = store_sessions.moment AND posts.session_on IS DISTINCT FROM store_sessions.session_on;
UPDATE pushes SET session_on = store_sessions.session_on FROM store_sessions
WHERE pushes.pushed_at = store_sessions.moment AND pushes.session_on IS DISTINCT FROM store_sessions.session_on;
DROP TABLE store_sessions;
