"""How the embedded stack of one machine is made, started, watched and stopped."""
