"""Tables that people keep: CSV and XLSX files read as events, by what their partner declares. No HTTP here."""
