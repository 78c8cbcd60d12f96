-- What is one user's: posts with their threads, and pushes. Table forget_ids has the id as this store writes it, by thread.
CREATE OR REPLACE TEMP TABLE posts_down AS
SELECT p.board, p.post_id FROM posts AS p
JOIN forget_ids AS f ON f.board = p.board AND f.post_id = p.post_id AND lower(p.author) = f.id
UNION
SELECT l.board, l.post_id FROM internal.listings AS l
JOIN forget_ids AS f ON f.board = l.board AND f.post_id = l.post_id AND lower(l.author) = f.id;
CREATE OR REPLACE TEMP TABLE pushes_down AS
SELECT q.board, q.post_id, q.floor FROM pushes AS q
JOIN forget_ids AS f ON f.board = q.board AND f.post_id = q.post_id AND lower(q.user_id) = f.id
