SELECT schema_name, table_name
FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal AND NOT temporary
    AND (schema_name, table_name) NOT IN (('main', 'store_info'), ('internal', 'migrations'))
ORDER BY schema_name, table_name
