-- The batch's votes; p_user follows in step habits.
INSERT INTO votes BY NAME SELECT * EXCLUDE (voter), $base AS p_user FROM cast_votes
