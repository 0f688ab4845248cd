"""How Airflow is configured and woken up."""
