"""Where figures come from, told to others: OpenLineage events of each build, and the site that describes the models."""
