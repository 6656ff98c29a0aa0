//! Test helpers: a hermetic command environment, generators. Never shipped.
