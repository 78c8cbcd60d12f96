-- The tables of a backup; of a lake (docs/scaling.md), where the default database holds views over them.
SELECT schema_name, table_name
FROM duckdb_tables()
WHERE database_name IN (current_database(), 'lake') AND NOT internal AND NOT temporary
    AND (schema_name, table_name) NOT IN (('main', 'store_info'), ('internal', 'migrations'), ('internal', 'heads'))
ORDER BY schema_name, table_name
