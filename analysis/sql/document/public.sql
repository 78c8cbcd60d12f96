-- What users may ask, for .tables and .schema.
SELECT table_name AS name, 'table' AS kind, comment AS meaning
FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
UNION ALL
SELECT view_name, 'view', comment
FROM duckdb_views()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
UNION ALL
SELECT function_name, 'macro', comment
FROM duckdb_functions()
WHERE database_name = current_database() AND schema_name = 'main' AND function_type = 'table_macro' AND NOT internal
ORDER BY kind DESC, name
