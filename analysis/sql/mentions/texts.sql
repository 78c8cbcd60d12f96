-- Texts of the batch in which stocks may be named: titles, bodies, and every comment (removed ones too: what was said
-- stays said; views leave them out by the push itself).
SELECT p.board, p.post_id, 'title' AS part, NULL::INTEGER AS floor, p.title AS text
  FROM posts p JOIN batch b USING (board, post_id) WHERE p.title <> ''
 UNION ALL
SELECT p.board, p.post_id, 'body', NULL, p.body FROM posts p JOIN batch b USING (board, post_id) WHERE p.body <> ''
 UNION ALL
SELECT p.board, p.post_id, 'comment', p.floor, p.text
  FROM pushes p JOIN batch b USING (board, post_id) WHERE p.text <> ''
 ORDER BY ALL
