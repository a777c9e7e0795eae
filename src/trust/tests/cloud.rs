//! Property
