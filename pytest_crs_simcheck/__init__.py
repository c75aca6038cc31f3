"""The pytest plugin of crs-simcheck. ``plugin`` is what pytest loads; it imports nothing heavy."""
