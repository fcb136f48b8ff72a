"""What tests share: fakes, clocks, rows."""
