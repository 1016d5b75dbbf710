//! An embedded time-series store on redb: points with quality, revisions and provenance, kept for ever.
