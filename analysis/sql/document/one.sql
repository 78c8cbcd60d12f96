-- The columns of one table or view, or the signature of one macro.
SELECT c.column_name AS name, c.data_type AS type, c.comment AS meaning
FROM duckdb_columns() AS c
WHERE c.database_name = current_database() AND c.schema_name = 'main' AND c.table_name = $name
UNION ALL
SELECT f.function_name, 'macro', f.comment
FROM duckdb_functions() AS f
WHERE f.database_name = current_database() AND f.schema_name = 'main' AND f.function_name = $name
    AND f.function_type = 'table_macro'
