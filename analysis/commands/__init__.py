"""One module a command: arguments in, calls into the packages, messages out."""
