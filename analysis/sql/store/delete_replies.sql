DELETE FROM replies USING store_batch WHERE replies.board = store_batch.board AND replies.post_id = store_batch.post_id
