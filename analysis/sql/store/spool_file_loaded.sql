SELECT count(*) > 0 FROM internal.spool_files WHERE name = ? AND sha256 = ?
