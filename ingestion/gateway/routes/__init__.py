"""The routes that are not hot, one file a subject, each with `router(services)`."""
