SELECT board, post_id, floor, tag, user_id, text, ip, epoch_us(pushed_at), time_text, is_author,
    epoch_us(first_seen_at), epoch_us(removed_at)
FROM pushes SEMI JOIN temp.store_touched USING (board, post_id)
