SELECT coalesce(max(version), 0) FROM internal.migrations
