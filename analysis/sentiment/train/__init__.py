"""Training of the n-gram models; needs the extra ``train`` and is never imported at scoring time."""
