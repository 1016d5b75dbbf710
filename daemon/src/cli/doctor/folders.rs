//! The folders that are watched: whether the daemon gets in, whether the household may drop a file, and which files
//! were refused.
//!
//! Rights are judged by owner, group and mode for whoever needs them, and not tried: doctor may well be run by root,
//! whom nothing is forbidden.

use super::{super::refused, Finding, clock::said};
use crate::{
    config::{AfterImport, Config, Installation},
    model::PastImport,
};
use rustix::process::{getegid, geteuid, getgroups};
use std::{collections::BTreeSet, fs, io, os::unix::fs::MetadataExt as _, path::Path};

const TOPIC: &str = "inbox";

/// To list a folder, and to read a file in it.
const ENTER: u32 = 0o5;
/// To make, move and remove a file in it.
const CHANGE: u32 = 0o3;

pub(super) async fn examine(
    config: &Config,
    installation: &Installation,
    past: &[PastImport],
) -> Vec<Finding> {
    let watched = config.connectors.values().filter(|instance| instance.enabled);
    let asked = Asked {
        me: Some(User::me()).filter(|me| me.id != 0),
        daemon: User::of_the_daemon(&config.store.dir).await,
        installation,
    };
    let mut looked_at = BTreeSet::new();
    let found = watched.filter_map(|instance| {
        let (name, folder) = (&instance.name, instance.watch.as_deref()?);
        let moves = instance.after_import == AfterImport::Move;
        // Several instances may watch one folder, and its files are told once.
        let refused = looked_at.insert(folder).then(|| refused::of(folder, past)).flatten();
        let refused = refused
            .map(|files| Finding::warn(TOPIC, format!("{name}: {}", files.sentence()), refused::ADVICE));
        Some([Some(asked.judged(name, folder, moves)), refused])
    });
    found.flatten().flatten().collect()
}

/// Whose a folder is, and what its mode says.
#[derive(Debug, Clone, Copy)]
struct Rights {
    mode: u32,
    owner: u32,
    group: u32,
}

/// Somebody, as the rights of a folder see them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct User {
    id: u32,
    groups: Vec<u32>,
}

impl User {
    fn me() -> Self {
        let others = getgroups().unwrap_or_default();
        let groups = [getegid()].into_iter().chain(others).map(rustix::process::Gid::as_raw).collect();
        Self { id: geteuid().as_raw(), groups }
    }

    /// Whoever owns the data folder: the daemon writes there. None where there is no such folder yet.
    async fn of_the_daemon(data: &Path) -> Option<Self> {
        let owner = fs::metadata(data).ok()?;
        if owner.uid() == geteuid().as_raw() {
            return Some(Self::me());
        }
        let groups = said("id", &["-G", &owner.uid().to_string()]).await.unwrap_or_default();
        let groups = groups.split(' ').filter_map(|group| group.parse().ok()).chain([owner.gid()]).collect();
        Some(Self { id: owner.uid(), groups })
    }

    /// Whether they have all those rights, of the three bits that everybody has.
    fn may(&self, wanted: u32, folder: Rights) -> bool {
        let mine = if self.id == folder.owner {
            folder.mode >> 6
        } else if self.groups.contains(&folder.group) {
            folder.mode >> 3
        } else {
            folder.mode
        };
        self.id == 0 || mine & wanted == wanted
    }
}

/// For whom a folder is judged.
struct Asked<'a> {
    /// Who asks, but for root, who may everything.
    me: Option<User>,
    /// Who reads the files; none: that cannot be told.
    daemon: Option<User>,
    installation: &'a Installation,
}

impl Asked<'_> {
    fn judged(&self, name: &str, folder: &Path, moves: bool) -> Finding {
        let shown = folder.display();
        let found = match fs::metadata(folder) {
            Ok(found) if found.is_dir() => {
                Rights { mode: found.mode(), owner: found.uid(), group: found.gid() }
            }
            Ok(_) => {
                return Finding::fail(
                    TOPIC,
                    format!("{name}: {shown} is no folder"),
                    "name a folder: watch = …",
                );
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Finding::ok(TOPIC, format!("{name}: {shown} may not be seen by you"));
            }
            Err(error) => {
                let make = if self.installation.is_the_machines() {
                    format!("sudo install -d -o watteau -g watteau -m 2770 {shown}")
                } else {
                    format!("mkdir -p {shown}")
                };
                return Finding::fail(TOPIC, format!("{name}: {shown} cannot be read ({error})"), make);
            }
        };
        self.by_rights(name, folder, found, moves)
    }

    /// A folder that is there.
    fn by_rights(&self, name: &str, folder: &Path, found: Rights, moves: bool) -> Finding {
        let shown = folder.display();
        if let Some(daemon) = &self.daemon {
            if !daemon.may(ENTER, found) {
                let text = format!("{name}: the daemon may not read {shown}, so nothing is taken from there");
                return Finding::fail(TOPIC, text, self.opened(folder));
            }
            if moves && !daemon.may(CHANGE | ENTER, found) {
                let text = format!("{name}: the daemon may not move what it has read out of {shown}");
                return Finding::fail(TOPIC, text, self.opened(folder));
            }
        }
        let is_the_owner = |user: &Option<User>| user.as_ref().is_some_and(|user| user.id == found.owner);
        let (mode, owner_may) = (found.mode, found.mode >> 6 & CHANGE == CHANGE);
        if is_the_owner(&self.me) && owner_may {
            Finding::ok(TOPIC, format!("{name}: you may drop files in {shown}"))
        } else if mode & 0o022 == 0 {
            // Of a user's own installation that user is the household.
            if owner_may && is_the_owner(&self.daemon) && !self.installation.is_the_machines() {
                return Finding::ok(TOPIC, format!("{name}: its owner may drop files in {shown}"));
            }
            let who = if owner_may { "only its owner" } else { "nobody" };
            let text = format!("{name}: {who} may drop a file in {shown}");
            Finding::warn(TOPIC, text, self.opened(folder))
        } else if mode & 0o020 != 0 && mode & 0o2000 == 0 {
            let text =
                format!("{name}: a file that is dropped in {shown} stays with the group of whoever drops it");
            Finding::warn(TOPIC, text, format!("{}chmod g+s {shown}", self.sudo()))
        } else {
            Finding::ok(TOPIC, format!("{name}: its group may drop files in {shown}"))
        }
    }

    /// How the daemon and the household get in.
    fn opened(&self, folder: &Path) -> String {
        let shown = folder.display();
        if self.installation.is_the_machines() {
            format!(
                "let a group do so: sudo chgrp watteau {shown} && sudo chmod 2770 {shown}, and sudo usermod -aG watteau YOU"
            )
        } else {
            format!("as its owner: chmod u+rwx {shown}; or name a folder of your own: watch = …")
        }
    }

    /// Before a command that only root may give on the machine's own folders.
    const fn sudo(&self) -> &'static str {
        if self.installation.is_the_machines() { "sudo " } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};
    use std::os::unix::fs::PermissionsExt as _;

    const MACHINE: Installation = Installation::System;

    fn judged(name: &str, folder: &Path, me: Option<u32>) -> Finding {
        let me = me.map(|id| User { id, groups: vec![] });
        Asked { me, daemon: None, installation: &MACHINE }.judged(name, folder, false)
    }

    #[test]
    fn a_folder_takes_the_files_of_its_group() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, verdict) in [
            (0o700, Verdict::Warn),
            (0o770, Verdict::Warn),
            (0o2770, Verdict::Ok),
            (0o777, Verdict::Warn),
            (0o2750, Verdict::Warn),
        ] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(judged("gas", folder.path(), None).verdict, verdict, "{mode:o}");
        }
        let me = fs::metadata(folder.path()).unwrap().uid();
        assert_eq!(
            judged("gas", folder.path(), Some(me)).verdict,
            Verdict::Ok,
            "a folder of one's own is enough"
        );
        assert_eq!(judged("gas", &folder.path().join("none"), None).verdict, Verdict::Fail);
    }

    const ME: u32 = 1000;
    const DAEMON: u32 = 990;

    fn user(id: u32, groups: &[u32]) -> User {
        User { id, groups: groups.to_vec() }
    }

    #[test]
    fn rights_are_those_of_whoever_needs_them() {
        for (mode, owner, group, user, may) in [
            (0o700, ME, ME, user(ME, &[ME]), true),
            (0o500, ME, ME, user(ME, &[ME]), false),
            (0o077, ME, ME, user(ME, &[ME]), false),
            (0o2770, ME, DAEMON, user(DAEMON, &[DAEMON]), true),
            (0o2750, ME, DAEMON, user(DAEMON, &[DAEMON]), false),
            (0o707, ME, DAEMON, user(DAEMON, &[DAEMON]), false),
            (0o707, ME, ME, user(DAEMON, &[DAEMON]), true),
            (0o770, ME, ME, user(DAEMON, &[DAEMON, ME]), true),
            (0o000, ME, ME, user(0, &[0]), true),
        ] {
            let folder = Rights { mode, owner, group };
            assert_eq!(user.may(CHANGE | ENTER, folder), may, "{folder:?} {user:?}");
        }
    }

    #[test]
    fn a_folder_that_takes_no_file_is_not_one_to_drop_files_in() {
        let folder = Path::new("/srv/gas");
        for (mode, installation, verdict, said) in [
            (0o500, Installation::System, Verdict::Warn, "nobody may drop a file"),
            (0o500, Installation::User, Verdict::Warn, "nobody may drop a file"),
            (0o000, Installation::User, Verdict::Fail, "the daemon may not read"),
            (0o700, Installation::User, Verdict::Ok, "you may drop files"),
        ] {
            let rights = Rights { mode, owner: ME, group: ME };
            let own = Some(user(ME, &[ME]));
            let asked = Asked { me: own.clone(), daemon: own.clone(), installation: &installation };
            let found = asked.by_rights("gas", folder, rights, false);
            assert_eq!(
                (found.verdict, found.text.contains(said)),
                (verdict, true),
                "{mode:o}: {}",
                found.text
            );
            // Root is told the same of it, and not what root may.
            let found = Asked { me: None, ..asked }.by_rights("gas", folder, rights, false);
            assert_eq!(found.verdict, verdict, "{mode:o}: {}", found.text);
        }
    }

    #[test]
    fn what_the_daemon_may_not_do_is_a_failure_with_a_way_out() {
        let own = Installation::User;
        for (mode, moves, fails) in
            [(0o700, false, true), (0o755, false, false), (0o755, true, true), (0o2777, true, false)]
        {
            let rights = Rights { mode, owner: ME, group: ME };
            for installation in [&MACHINE, &own] {
                let asked = Asked { me: None, daemon: Some(user(DAEMON, &[DAEMON])), installation };
                let found = asked.by_rights("gas", Path::new("/srv/gas"), rights, moves);
                assert_eq!(found.verdict == Verdict::Fail, fails, "{mode:o} {moves}: {}", found.text);
                if let Some(advice) = found.advice {
                    assert_eq!(advice.contains("sudo"), installation.is_the_machines(), "{advice}");
                }
            }
        }
    }
}
