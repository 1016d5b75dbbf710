//! What stands above every page until it ends and belongs to no connector: settings, the store.

use crate::model::{Notice, NoticeKind, Text};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// What a standing notice is about; there is one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// The store cannot be written.
    Store,
    /// Part of the store cannot be read.
    Damage,
    /// The settings as they are now written cannot be taken.
    Settings,
    /// Some of the settings wait for the next start.
    Restart,
}

impl Concern {
    const fn kind(self) -> NoticeKind {
        match self {
            Self::Store | Self::Damage => NoticeKind::OurFault,
            Self::Settings | Self::Restart => NoticeKind::YourTurn,
        }
    }
}

/// The notices that stand.
#[derive(Debug, Default)]
pub(super) struct Standing(Mutex<BTreeMap<Concern, Text>>);

impl Standing {
    /// Says something, or that it is over. Answers whether that is news.
    pub(super) fn say(&self, concern: Concern, text: Option<Text>) -> bool {
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match text.clone() {
            Some(text) => standing.insert(concern, text),
            None => standing.remove(&concern),
        };
        before != text
    }

    /// All of them, the gravest first.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let notice = |(concern, text): (&Concern, &Text)| Notice {
            kind: concern.kind(),
            connector: None,
            text: text.clone(),
            action: None,
            since: None,
            next_try: None,
        };
        standing.iter().map(notice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_stands_until_it_is_over() {
        let standing = Standing::default();
        let text = || Some(Text::new("restart", "redémarrez"));
        assert!(standing.say(Concern::Restart, text()));
        assert!(!standing.say(Concern::Restart, text()));
        assert!(standing.say(Concern::Store, Some(Text::new("full", "plein"))));
        let kinds: Vec<_> =
            standing.notices().into_iter().map(|notice| (notice.kind, notice.text.en)).collect();
        assert_eq!(
            kinds,
            [(NoticeKind::OurFault, "full".to_owned()), (NoticeKind::YourTurn, "restart".to_owned())]
        );
        assert!(standing.say(Concern::Store, None));
        assert!(!standing.say(Concern::Store, None));
        assert_eq!(standing.notices().len(), 1);
    }
}
