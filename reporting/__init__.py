"""What leaves the platform: publications of the results, and the reports made from one of them."""
