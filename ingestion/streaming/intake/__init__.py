"""Events of partners' own producers: from each one's topic to the accepted or the rejected one, exactly once."""
