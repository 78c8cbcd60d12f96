-- p_user of the batch's votes, from what their users had voted before the thread was posted: sums of vote_changes, all
-- of them, fading ones, and slowly fading ones among threads of the same kind and of the same author. What came before
-- $since, the batch's first thread, is most of it and needs no order: a sum a voter. Within the batch a window over
-- moments and questions (no ASOF JOIN: DuckDB 2.0 plans that one as a nested loop here). Weights that fade go by when a vote
-- was first cast, and are scaled to $since, so that a sum over the past is a sum over rows. Votes in the thread itself
-- never come in: none is older than it.
UPDATE votes SET p_user = now.p_user
  FROM (WITH voted AS (
            SELECT v.board, v.post_id, v.user_id, lower(v.user_id) AS voter, v.kind, v.author, v.posted_at
              FROM votes v JOIN batch b USING (board, post_id)
             WHERE v.posted_at >= $since AND v.posted_at <= $until
        ), voters AS (
            SELECT board, voter, row_number() OVER () AS id FROM (SELECT DISTINCT board, voter FROM voted)
        ), asked AS MATERIALIZED (
            SELECT id, v.* FROM voted v JOIN voters USING (board, voter)
        ), past AS MATERIALIZED (
            SELECT id, kind, author, moment, dn, ds,
                   power(2, internal.days_between($since, first_at) / internal.fade_days()) AS fast,
                   power(2, internal.days_between($since, first_at) / internal.slow_days()) AS slow
              FROM internal.vote_changes JOIN voters USING (board, voter)
             WHERE moment < $until
        ), own AS (
            SELECT id, sum(dn) AS n, sum(ds) AS s, sum(dn * fast) AS recent_n, sum(ds * fast) AS recent_s
              FROM past WHERE moment < $since GROUP BY id
        ), of_kind AS (
            SELECT id, kind, sum(dn * slow) AS n, sum(ds * slow) AS s FROM past WHERE moment < $since GROUP BY id, kind
        ), of_author AS (
            SELECT id, author, sum(dn * slow) AS n, sum(ds * slow) AS s
              FROM past SEMI JOIN asked USING (id, author) WHERE moment < $since GROUP BY id, author
        ), steps AS (
            SELECT id, kind, author, moment, NULL AS post_id, dn, ds, dn * fast AS fast_n, ds * fast AS fast_s,
                   dn * slow AS slow_n, ds * slow AS slow_s
              FROM past WHERE moment >= $since
             UNION ALL
            SELECT id, kind, author, posted_at, post_id, 0, 0, 0, 0, 0, 0 FROM asked
        ), since AS (
            SELECT id, post_id, sum(dn) OVER own AS n, sum(ds) OVER own AS s,
                   sum(fast_n) OVER own AS recent_n, sum(fast_s) OVER own AS recent_s,
                   sum(slow_n) OVER same_kind AS kind_n, sum(slow_s) OVER same_kind AS kind_s,
                   sum(slow_n) OVER same_author AS author_n, sum(slow_s) OVER same_author AS author_s
              FROM steps
            WINDOW own AS (PARTITION BY id ORDER BY moment, post_id NULLS LAST),
                   same_kind AS (PARTITION BY id, kind ORDER BY moment, post_id NULLS LAST),
                   same_author AS (PARTITION BY id, author ORDER BY moment, post_id NULLS LAST)
        ), summed AS (
            SELECT a.board, a.post_id, a.user_id, internal.taipei_day(a.posted_at) AS day,
                   power(2, internal.days_between(a.posted_at, $since) / internal.fade_days()) AS fast,
                   power(2, internal.days_between(a.posted_at, $since) / internal.slow_days()) AS slow,
                   w.n + coalesce(o.n, 0) AS n, w.s + coalesce(o.s, 0) AS s,
                   w.recent_n + coalesce(o.recent_n, 0) AS recent_n, w.recent_s + coalesce(o.recent_s, 0) AS recent_s,
                   w.kind_n + coalesce(k.n, 0) AS kind_n, w.kind_s + coalesce(k.s, 0) AS kind_s,
                   w.author_n + coalesce(u.n, 0) AS author_n, w.author_s + coalesce(u.s, 0) AS author_s
              FROM asked a JOIN since w USING (id, post_id) LEFT JOIN own o USING (id)
              LEFT JOIN of_kind k USING (id, kind) LEFT JOIN of_author u USING (id, author)
        )
        SELECT f.board, f.post_id, f.user_id,
               internal.habit(r.rate, n, s, recent_n * fast, recent_s * fast,
                              kind_n * slow, kind_s * slow, author_n * slow, author_s * slow) AS p_user
          FROM summed f JOIN internal.board_rates r ON r.board = f.board AND r.day = f.day) now
 WHERE votes.board = now.board AND votes.post_id = now.post_id AND votes.user_id = now.user_id
   AND votes.posted_at >= $since AND votes.posted_at <= $until AND votes.p_user <> now.p_user
