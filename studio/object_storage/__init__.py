"""Sessions in object storage: the bucket, a session's head in it, who owns it, and the working copy on this machine."""
