//! Run a watteau connector natively or as WebAssembly against recorded HTTP.
