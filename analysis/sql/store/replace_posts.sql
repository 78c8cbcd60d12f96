-- Posts that are new or whose text is: a row at the table's end costs less than a body changed in its place, which
-- compresses the whole row group again. What the index had said stays.
CREATE OR REPLACE TEMP TABLE store_nrec AS SELECT board, post_id, nrec FROM posts SEMI JOIN store_batch USING (board, post_id);
DELETE FROM posts USING store_batch AS b WHERE posts.board = b.board AND posts.post_id = b.post_id;
INSERT INTO posts BY NAME SELECT b.*, n.nrec FROM store_batch AS b LEFT JOIN store_nrec AS n USING (board, post_id);
DROP TABLE store_nrec;
