"""How events come in: contracts, gateway, streaming, loading, history and simulation."""
