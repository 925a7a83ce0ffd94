"""RPM packages, versions 3 to 4.2 (RPM reference manual, "Package format"): headers and the payload behind them."""
