-- Tables and views with their comments.
SELECT schema_name, table_name, 'table' AS kind, comment
FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal
UNION ALL
SELECT schema_name, view_name, 'view', comment
FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal
ORDER BY schema_name, table_name
