//! Finds where on the path a connection attempt ends, without privileges.
