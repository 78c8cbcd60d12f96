-- The batch's votes; p_user follows in step habits.
INSERT INTO votes BY NAME
SELECT board, post_id, user_id, y, $base AS p_user, voted_at, posted_at FROM cast_votes
