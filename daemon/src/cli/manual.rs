//! What a package carries beside the binary: manual pages and completions, both made of the commands themselves.

use super::{Cli, Exit};
use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Arguments of `watteau completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell that completes.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "watteau", &mut script);
        match io::stdout().write_all(&script) {
            // Whoever reads only the beginning has what they wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(Exit::Ok),
        }
    }
}

/// Arguments of the hidden command that writes the manual.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// The folder that gets a page for each command.
    folder: PathBuf,
}

impl Manual {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let folder = &self.folder;
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let mut commands = Cli::command().disable_help_subcommand(true);
        commands.build();
        write_pages(&commands, folder)
            .with_context(|| format!("the manual cannot be written to {}", folder.display()))?;
        Ok(Exit::Ok)
    }
}

/// A page for the command and one for each below it, named as `man watteau-connector-run` asks.
fn write_pages(command: &clap::Command, folder: &Path) -> io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write_pages(below, folder)?;
    }
    let page = Man::new(command.clone()).source("watteau").manual("watteau");
    fs::write(folder.join(page.get_filename()), text(command, &page)?)
}

fn text(command: &clap::Command, page: &Man) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        page.render_subcommands_section(&mut text)?;
    }
    let mut more = Roff::new();
    more.control("SH", ["EXIT STATUS"]);
    defined(&mut more, EXITS);
    if command.get_name() == "watteau" {
        more.control("SH", ["ENVIRONMENT"]);
        defined(&mut more, ENVIRONMENT);
        more.control("SH", ["FILES"]);
        defined(&mut more, FILES);
    } else {
        more.control("SH", ["SEE ALSO"]);
        more.text([bold("watteau"), roman("(1)")]);
    }
    more.to_writer(&mut text)?;
    Ok(text)
}

/// Terms with what they mean, as a list.
fn defined(page: &mut Roff, terms: &[(&str, &str)]) {
    for (term, meaning) in terms {
        page.control("TP", []);
        page.text([bold(*term)]);
        page.text([roman(*meaning)]);
    }
}

const EXITS: &[(&str, &str)] = &[
    ("0", "Done."),
    ("1", "It could not be done; standard error says why."),
    ("2", "Wrong usage."),
    ("3", "The configuration or the input is invalid."),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "WATTEAU_SECTION__KEY",
        "A setting, over those of the files; e.g. WATTEAU_SERVER__LISTEN=127.0.0.1:9300.",
    ),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "How models and sources on the web are reached."),
    ("NO_COLOR", "No colour in messages."),
];

const FILES: &[(&str, &str)] = &[
    ("/etc/watteau/watteau.toml", "The settings; every key stands there with its default."),
    ("/etc/watteau/conf.d/*.toml", "More settings, read after it in the order of their names."),
    (
        "~/.config/watteau/watteau.toml",
        "The settings of a user, in place of the two above; the store is then in ~/.local/share/watteau.",
    ),
    (
        "/var/lib/watteau/watteau.redb",
        "Everything it knows, with watteau.redb-log beside it until the next clean stop.",
    ),
    ("/var/lib/watteau/inbox/", "Where files are dropped."),
    ("/var/lib/watteau/models/", "Forecasting models that were pulled."),
    ("/run/watteau/", "The socket by which commands reach the daemon."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The commands that somebody may type, as words.
    fn commands(command: &clap::Command, above: &str, found: &mut BTreeSet<String>) {
        let name = format!("{above}{}", command.get_name());
        for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
            commands(below, &format!("{name}-"), found);
        }
        found.insert(name);
    }

    #[test]
    fn every_command_has_its_page() {
        let folder = tempfile::tempdir().expect("a folder");
        Manual { folder: folder.path().to_owned() }.run().expect("written");
        let mut wanted = BTreeSet::new();
        commands(&Cli::command(), "", &mut wanted);
        let pages: BTreeSet<_> = fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("a page").file_name().into_string().expect("a name"))
            .collect();
        assert_eq!(pages, wanted.iter().map(|name| format!("{name}.1")).collect());
        let page = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a page");
        assert!(page("watteau.1").contains("/etc/watteau/watteau.toml"));
        assert!(page("watteau-connector-run.1").contains("SEE ALSO"));
        assert!(page("watteau-points.1").contains(r"\-\-since"));
        assert!(!pages.iter().any(|page| page.contains("__")), "hidden commands stay hidden: {pages:?}");
    }
}
