"""Everything that lets one machine run the whole mall with Python and make alone."""
