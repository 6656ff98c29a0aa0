//! Tables to one SQLite file.
