"""Fits and measurements behind the constants and the model card; each module is a script."""
