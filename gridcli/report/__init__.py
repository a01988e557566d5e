"""What people look at after a run: a page, a sheet, plots in the terminal."""
