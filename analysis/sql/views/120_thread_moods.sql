-- What the comments of each thread say: the mean over users of each user's mean score.
CREATE OR REPLACE VIEW internal.thread_moods AS
WITH per_user AS (
    SELECT c.board, c.post_id, c.user_key, avg(c.score) AS score, count(*) AS comments
    FROM internal.comment_scores AS c
    GROUP BY c.board, c.post_id, c.user_key
)
SELECT
    u.board, u.post_id, sum(u.comments)::BIGINT AS comments_scored, count(*) AS users,
    avg(u.score) AS crowd_mood, internal.mean_variance(count(*), stddev_samp(u.score)) AS crowd_variance
FROM per_user AS u
GROUP BY u.board, u.post_id;
