//! Tables to CSV files.
