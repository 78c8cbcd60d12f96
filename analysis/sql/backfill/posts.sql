-- Posts of a part, with what index pages say of them.
INSERT INTO posts BY NAME
SELECT p.* REPLACE (l.nrec AS nrec)
FROM part.posts AS p
LEFT JOIN internal.listings AS l ON l.board = p.board AND l.post_id = p.post_id
