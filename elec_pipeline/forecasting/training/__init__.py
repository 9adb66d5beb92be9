"""What is fitted around the experts once they are fitted: the calibration of bands."""
