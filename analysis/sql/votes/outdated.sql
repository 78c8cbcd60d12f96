-- Threads whose votes an older version of the program cast: from a store or an export of before schema 3.
INSERT INTO internal.dirty
SELECT DISTINCT v.board, v.post_id, 'votes' AS step FROM votes v
 WHERE v.kind IS NULL
   AND NOT EXISTS (SELECT 1 FROM internal.dirty d
                    WHERE d.board = v.board AND d.post_id = v.post_id AND d.step = 'votes')
