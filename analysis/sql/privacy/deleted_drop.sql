DELETE FROM pushes AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM push_scores AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM internal.partial_scores AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM mentions AS p USING pushes_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.floor = d.floor;
DELETE FROM posts AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM pushes AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM push_scores AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.partial_scores AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM post_scores AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM post_versions AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM replies AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM news AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM linked_pages AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM mentions AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM votes AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM thread_effects AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.thread_moods AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.stories AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.texts AS p USING posts_down AS d WHERE p.board = d.board AND p.post_id = d.post_id;
DELETE FROM internal.observations AS p USING posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id AND p.kind <> 'gone';
UPDATE internal.listings AS p SET title = NULL, author = NULL FROM posts_down AS d
WHERE p.board = d.board AND p.post_id = d.post_id
