-- p_user of the batch's votes: the user's 推 rate before the thread was posted, shrunk to the board's by $weight votes,
-- and then the rate of the recent past, shrunk to that by $recent votes. Six places: sums in another order are the same.
-- Votes in the thread itself never come in: none is older than its thread.
UPDATE votes SET p_user = now.p_user
  FROM (SELECT v.board, v.post_id, v.user_id,
               round((least(greatest(coalesce(h.recent_s, 0), 0), coalesce(h.recent_n, 0)) * v.fading
                      + $recent * (coalesce(h.s, 0) + $weight * r.rate) / (coalesce(h.n, 0) + $weight))
                     / (coalesce(h.recent_n, 0) * v.fading + $recent), 6) AS p_user
          FROM (SELECT v.board, v.post_id, v.user_id, lower(v.user_id) AS voter, v.posted_at,
                       (v.posted_at AT TIME ZONE 'Asia/Taipei')::DATE AS day,
                       power(2, (1262304000 - epoch(v.posted_at)) / (86400 * $fade)) AS fading
                  FROM votes v JOIN batch b USING (board, post_id)) v
          JOIN internal.board_rates r ON r.board = v.board AND r.day = v.day
          ASOF LEFT JOIN history h ON h.board = v.board AND h.voter = v.voter AND v.posted_at > h.moment) now
 WHERE votes.board = now.board AND votes.post_id = now.post_id AND votes.user_id = now.user_id
