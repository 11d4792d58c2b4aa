"""Pages: HTML files with all that they need, in one style: the report's and the review's."""
