FROM thread_effects
ORDER BY ALL
