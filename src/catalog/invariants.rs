//! What must hold of the checklist as a whole.
