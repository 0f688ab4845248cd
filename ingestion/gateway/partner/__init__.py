"""The pages for partners, rendered by the gateway."""
