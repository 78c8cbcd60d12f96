SELECT board, post_id, digest, text FROM internal.texts SEMI JOIN temp.store_touched USING (board, post_id)
