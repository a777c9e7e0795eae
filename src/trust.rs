//! Judges a certificate chain as the cloud does, and says why: pure, offline.
