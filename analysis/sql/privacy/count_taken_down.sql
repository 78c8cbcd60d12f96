SELECT (SELECT count(*) FROM posts_down) + (SELECT count(*) FROM pushes_down)
