//! What is known around a file and not by it.

use crate::collect::Collector;
use watteau_tabular::Day;

/// The day and the freshness of the file, as the host tells them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// The local day at which the file is read; none when the clock cannot be trusted.
    pub today: Option<Day>,
    /// The file was written less than a minute ago, and may be growing still.
    pub fresh: bool,
}

impl Context {
    /// The last day a row may speak of: that of the export, or tomorrow.
    pub fn newest(&self, exported: Option<Day>) -> Option<Day> {
        exported.or(self.today.map(Day::next))
    }

    /// The day of the export, if it can be: a day still to come would outrank every later export for good.
    pub fn trusted(&self, exported: Option<Day>, collector: &mut Collector) -> Option<Day> {
        let exported = exported.filter(|day| !day.is_too_old())?;
        if self.newest(None).is_some_and(|newest| exported > newest) {
            collector.remark(
                format!("The file says that it was exported on {exported}, which is still to come: ignored."),
                format!("Le fichier se dit exporté le {exported}, date encore à venir : ignorée."),
            );
            return None;
        }
        Some(exported)
    }
}
