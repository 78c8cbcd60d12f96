INSERT INTO internal.poll_state BY NAME SELECT * FROM store_batch
