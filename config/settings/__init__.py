"""Settings: base, and over it one module for each place the mall runs."""
