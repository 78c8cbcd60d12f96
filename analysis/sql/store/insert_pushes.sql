INSERT INTO pushes BY NAME SELECT * FROM store_batch
