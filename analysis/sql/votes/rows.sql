-- The batch's threads with their votes side by side, for the effects: one row a vote, one with nulls without votes.
SELECT b.board, b.post_id, v.y, v.p_user
  FROM batch b JOIN posts USING (board, post_id) LEFT JOIN votes v ON v.board = b.board AND v.post_id = b.post_id
 ORDER BY b.board, b.post_id, v.user_id
