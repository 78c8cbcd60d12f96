"""News pages behind 原文連結, opt-in: fetched within robots and size limits, never from private addresses."""
