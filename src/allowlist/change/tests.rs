//! Tests of the change.
