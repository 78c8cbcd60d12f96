INSERT OR REPLACE INTO internal.spool_files (name, sha256, loaded_at) VALUES (?, ?, ?)
