"""The report: a run's statistics, figures and samples in one page (section 4.2 of the paper)."""
