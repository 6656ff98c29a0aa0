//! The state as relational tables: the one definition of every column.
