//! Artifact text to entries or rows, with diagnostics. Parsing never fails: a damaged log is data.
