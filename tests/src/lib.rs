//! End-to-end and snapshot regression tests over data/.
