"""The documentation as a site: its pages are made of what the package says of itself.

`sources` makes a folder of pages: the guide, the tutorials as they ran, the data dictionary, the
errors with their cures, and the reference from the docstrings. `build` has Sphinx make the site.
"""
