"""One event a minute walks the whole way, from the gateway to the watermark of the publication, and is watched."""
