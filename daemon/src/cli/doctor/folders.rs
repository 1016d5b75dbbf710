//! The folders that are watched: whether the daemon gets in, and whether the household may drop a file.

use super::Finding;
use crate::config::Config;
use std::{fs, io, os::unix::fs::MetadataExt as _, path::Path};

const TOPIC: &str = "inbox";

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let watched = config.connectors.values().filter(|instance| instance.enabled);
    let me = Some(rustix::process::geteuid()).filter(|me| !me.is_root()).map(rustix::process::Uid::as_raw);
    watched.filter_map(|instance| Some(judged(&instance.name, instance.watch.as_deref()?, me))).collect()
}

/// `me` is who asks, but for root, who may everything.
fn judged(name: &str, folder: &Path, me: Option<u32>) -> Finding {
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => {
            Finding::fail(TOPIC, format!("{name}: {shown} is no folder"), "name a folder: watch = …")
        }
        Ok(found) if me == Some(found.uid()) => {
            Finding::ok(TOPIC, format!("{name}: you may drop files in {shown}"))
        }
        Ok(found) if found.mode() & 0o022 == 0 => Finding::warn(
            TOPIC,
            format!("{name}: only its owner may drop a file in {shown}"),
            format!(
                "let a group do so: sudo chgrp watteau {shown} && sudo chmod 2770 {shown}, and sudo usermod -aG watteau YOU"
            ),
        ),
        Ok(found) if found.mode() & 0o020 != 0 && found.mode() & 0o2000 == 0 => Finding::warn(
            TOPIC,
            format!("{name}: a file that is dropped in {shown} stays with the group of whoever drops it"),
            format!("sudo chmod g+s {shown}"),
        ),
        Ok(_) => Finding::ok(TOPIC, format!("{name}: its group may drop files in {shown}")),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Finding::ok(TOPIC, format!("{name}: {shown} may not be seen by you"))
        }
        Err(error) => Finding::fail(
            TOPIC,
            format!("{name}: {shown} cannot be read ({error})"),
            format!("sudo mkdir -p {shown}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};
    use std::os::unix::fs::PermissionsExt as _;

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
}
