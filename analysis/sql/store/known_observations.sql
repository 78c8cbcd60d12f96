SELECT board, post_id, kind, epoch_us(fetched_at), digest, source, epoch_us(base_fetched_at), partial, header_digest,
    body_digest, floors, pending
FROM internal.observations SEMI JOIN temp.store_touched USING (board, post_id)
