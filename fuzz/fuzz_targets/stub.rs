//! Stubs: see `recount_properties`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| recount_properties::hold("stub", bytes));
