-- Posts of the batch whose text is a news post, with the address behind the shortener where a linked page told it.
SELECT p.board, p.post_id, p.title, p.body, p.posted_at,
       (SELECT map(list(l.source_url), list(l.final_url))
          FROM linked_pages l
         WHERE l.board = p.board AND l.post_id = p.post_id AND l.final_url IS NOT NULL AND l.error IS NULL) AS resolved
  FROM posts p JOIN batch b USING (board, post_id)
 WHERE p.category = '新聞'
 ORDER BY p.board, p.post_id
