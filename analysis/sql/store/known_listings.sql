SELECT board, post_id, title, author, mark, nrec, epoch_us(first_listed_at), epoch_us(last_listed_at)
FROM internal.listings SEMI JOIN temp.store_touched USING (board, post_id)
