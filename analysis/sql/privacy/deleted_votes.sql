-- Near-equal headlines make a story, and theirs go.
INSERT INTO internal.dirty
SELECT s.board, s.post_id, 'stories' AS step
FROM internal.stories AS s
SEMI JOIN posts_down AS d ON d.board = s.board AND d.post_id = s.post_id
ANTI JOIN internal.dirty AS x ON x.board = s.board AND x.post_id = s.post_id AND x.step = 'stories';
UPDATE posts AS p SET title = NULL, body = '', author_nick = NULL, ip = NULL FROM posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM post_versions AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM replies AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE news AS p SET headline = NULL, article = NULL, comment = NULL, reporter = NULL FROM posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE internal.listings AS p SET title = NULL FROM posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE pushes AS p SET text = NULL, ip = NULL FROM pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor
