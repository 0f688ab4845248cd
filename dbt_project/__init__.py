"""The dbt project and the functions that run it in process."""
