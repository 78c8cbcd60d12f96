DELETE FROM post_versions USING store_batch WHERE post_versions.board = store_batch.board AND post_versions.post_id = store_batch.post_id
