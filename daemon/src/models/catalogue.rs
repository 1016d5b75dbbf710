//! The published models that this program knows by name. Any other of the same families can be named in full.

/// A published model.
pub(crate) struct Known {
    /// Owner and name on the hub.
    pub(crate) name: &'static str,
    /// `T5`, `Bolt`, `Chronos-2`.
    pub(crate) family: &'static str,
    /// Parameters, millions.
    pub(crate) parameters: f64,
}

impl Known {
    /// What its weights take, single precision, megabytes.
    pub(crate) fn megabytes(&self) -> u64 {
        (self.parameters * 4.0).round() as u64
    }
}

const fn known(name: &'static str, family: &'static str, parameters: f64) -> Known {
    Known { name, family, parameters }
}

/// From the smallest of each family to the largest.
pub(crate) const CATALOGUE: [Known; 11] = [
    known("amazon/chronos-bolt-tiny", "Bolt", 8.7),
    known("amazon/chronos-bolt-mini", "Bolt", 21.2),
    known("amazon/chronos-bolt-small", "Bolt", 47.7),
    known("amazon/chronos-bolt-base", "Bolt", 205.3),
    known("autogluon/chronos-2-small", "Chronos-2", 28.3),
    known("amazon/chronos-2", "Chronos-2", 119.5),
    known("amazon/chronos-t5-tiny", "T5", 8.4),
    known("amazon/chronos-t5-mini", "T5", 20.5),
    known("amazon/chronos-t5-small", "T5", 46.2),
    known("amazon/chronos-t5-base", "T5", 201.4),
    known("amazon/chronos-t5-large", "T5", 708.9),
];
