UPDATE posts AS p SET title = NULL, body = '', author_nick = NULL, ip = NULL FROM posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM post_versions AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM replies AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE news AS p SET headline = NULL, article = NULL, comment = NULL, reporter = NULL FROM posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE internal.listings AS p SET title = NULL FROM posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
UPDATE pushes AS p SET text = NULL, ip = NULL FROM pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor
