//! The sources that watteau reads, simulated on loopback: a plausible household and the real wire formats, faults included.
