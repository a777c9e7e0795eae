//! What must hold for every check file.
