"""What is made from the contracts: documents, templates, forms and the staging models of dbt."""
