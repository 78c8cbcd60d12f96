SELECT board, post_id, epoch_us(fetched_at), poll_url, longpoll_url, poll_offset
FROM internal.poll_state SEMI JOIN temp.store_touched USING (board, post_id)
