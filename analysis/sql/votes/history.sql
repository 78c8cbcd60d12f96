-- What each voter of the stale threads had voted, at each moment when it changed: n threads voted in, s of them 推, and
-- the same fading with a half-life of $fade days, scaled to 2010-01-01 so that a sum over the past is a sum over rows.
-- A later vote in the same thread replaces the earlier one from then on, so that habits are what could be known.
CREATE OR REPLACE TEMP TABLE history AS
WITH voters AS (
    SELECT DISTINCT v.board, lower(v.user_id) AS voter
      FROM votes v JOIN internal.dirty d ON d.board = v.board AND d.post_id = v.post_id AND d.step = 'habits'
), events AS (
    SELECT p.board, p.post_id, lower(p.user_id) AS voter, p.floor, (p.vote = 1)::INTEGER AS y,
           greatest(p.pushed_at, t.posted_at) AS moment
      FROM pushes p JOIN posts t USING (board, post_id)
     WHERE p.vote <> 0 AND p.removed_at IS NULL AND p.pushed_at IS NOT NULL
       AND NOT p.is_author AND lower(p.user_id) IS DISTINCT FROM lower(t.author)
       AND EXISTS (SELECT 1 FROM voters v WHERE v.board = p.board AND v.voter = lower(p.user_id))
), changes AS (
    SELECT board, voter, moment,
           (lag(y) OVER thread IS NULL)::INTEGER AS dn,
           y - coalesce(lag(y) OVER thread, 0) AS ds
      FROM events
    WINDOW thread AS (PARTITION BY board, post_id, voter ORDER BY moment, floor)
), moments AS (
    SELECT board, voter, moment, sum(dn) AS dn, sum(ds) AS ds,
           power(2, (epoch(moment) - 1262304000) / (86400 * $fade)) AS growth
      FROM changes GROUP BY ALL
)
SELECT board, voter, moment, sum(dn) OVER upto AS n, sum(ds) OVER upto AS s,
       sum(dn * growth) OVER upto AS recent_n, sum(ds * growth) OVER upto AS recent_s
  FROM moments
WINDOW upto AS (PARTITION BY board, voter ORDER BY moment)
