//! How this watteau is installed, by where its settings are: what somebody types to look after it.

use crate::model::Text;
use std::path::PathBuf;

/// How it is installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Installation {
    /// The machine's, as the package makes it: settings in `/etc/watteau`, a service with a user of its own.
    #[default]
    System,
    /// A user's own, started by hand or by that user's systemd.
    User,
    /// One whose settings are named by `--config`, and so have to be named each time.
    Named(PathBuf),
}

impl Installation {
    /// Whether it is the machine's, which root looks after.
    pub const fn is_the_machines(&self) -> bool {
        matches!(self, Self::System)
    }

    /// A command of watteau, as it is typed for this installation: `doctor`, `model pull NAME`.
    pub fn command(&self, command: &str) -> String {
        match self {
            Self::System => format!("sudo watteau {command}"),
            Self::User => format!("watteau {command}"),
            Self::Named(file) => format!("watteau --config {} {command}", file.display()),
        }
    }

    /// How the password is set, without a word of where things are on this machine: a stranger may be told.
    pub const fn set_password(&self) -> &'static str {
        if self.is_the_machines() { "sudo watteau password set" } else { "watteau password set" }
    }

    /// How the daemon is started.
    pub fn start(&self) -> String {
        if self.is_the_machines() { "sudo systemctl start watteau".to_owned() } else { self.command("run") }
    }

    /// How the daemon is stopped; whether systemd started a user's own cannot be known from here.
    pub const fn stop(&self) -> &'static str {
        if self.is_the_machines() {
            "sudo systemctl stop watteau"
        } else {
            "Ctrl-C where it runs, or systemctl --user stop watteau"
        }
    }

    /// How the daemon is stopped and started again.
    pub fn restart(&self) -> Text {
        if self.is_the_machines() {
            let command = "sudo systemctl restart watteau";
            return Text::new(command, command);
        }
        Text::new(
            "end it and start it again, or systemctl --user restart watteau",
            "arrêtez-le et relancez-le, ou systemctl --user restart watteau",
        )
    }

    /// How the daemon is told to read its settings again.
    pub const fn reload(&self) -> &'static str {
        if self.is_the_machines() {
            "sudo systemctl reload watteau"
        } else {
            "send it the signal HUP, or systemctl --user reload watteau"
        }
    }

    /// Which systemd is asked about the service: an option of `systemctl` and `journalctl`, to be followed by what is
    /// asked.
    pub const fn manager(&self) -> &'static str {
        if self.is_the_machines() { "--system" } else { "--user" }
    }

    /// Where the journal of the service is read.
    pub const fn journal(&self) -> &'static str {
        if self.is_the_machines() { "journalctl -u watteau" } else { "journalctl --user -u watteau" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_machines_own_is_looked_after_by_root() {
        let named = Installation::Named("/home/me/w.toml".into());
        for (installation, command, root) in [
            (&Installation::System, "sudo watteau doctor", true),
            (&Installation::User, "watteau doctor", false),
            (&named, "watteau --config /home/me/w.toml doctor", false),
        ] {
            assert_eq!(installation.command("doctor"), command);
            let (start, restart) = (installation.start(), installation.restart());
            for said in [
                installation.set_password(),
                &start,
                installation.stop(),
                &restart.en,
                &restart.fr,
                installation.reload(),
            ] {
                assert_eq!(said.contains("sudo"), root, "{said}");
            }
            assert!(!installation.set_password().contains("/home"), "a stranger is told");
        }
    }
}
