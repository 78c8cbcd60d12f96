DELETE FROM pushes AS t USING store_batch AS b WHERE t.board = b.board AND t.post_id = b.post_id AND t.floor = b.floor
