SELECT schema_name, function_name, function_type, parameters, comment
FROM duckdb_functions()
WHERE database_name = current_database() AND function_type IN ('macro', 'table_macro') AND NOT internal
ORDER BY schema_name, function_name
