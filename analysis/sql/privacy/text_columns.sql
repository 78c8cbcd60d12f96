-- What people wrote, and what quotes it.
SELECT schema_name, table_name, column_name
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal AND data_type = 'VARCHAR'
    AND (schema_name, table_name) IN (SELECT (t.schema_name, t.table_name) FROM duckdb_tables() AS t WHERE NOT t.temporary)
    AND list_contains($columns, column_name)
ORDER BY ALL
