//! `watteau prometheus`: what to paste into Prometheus' own settings, for this installation.

use super::{Exit, Global, client::Client, output};
use crate::{
    config::{self, Config, Reading},
    machine,
};
use clap::Args;
use serde_json::json;
use std::fmt::Write as _;

/// The alerts, as they are tested.
const RULES: &str = include_str!("../../../packaging/prometheus/watteau.rules.yml");

/// Prints what Prometheus needs to read this installation.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  watteau prometheus\n  \
                        watteau prometheus --rules | sudo tee /etc/prometheus/watteau.rules.yml")]
pub(super) struct Prometheus {
    /// Prints the rules instead: alerts, and the series that they record.
    #[arg(long)]
    rules: bool,
    /// What the home is called, to tell several apart; else as the labels of `[remote_write]` call it, else "home".
    #[arg(long, value_parser = home)]
    home: Option<String>,
}

/// A word that is a label's value: never a meter's number.
fn home(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_alphanumeric() || " -_.'".contains(c);
    if text.is_empty() || !text.chars().all(good) || text.chars().filter(char::is_ascii_digit).count() > 7 {
        return Err("write a short name, as in --home lyon".to_owned());
    }
    Ok(text.to_owned())
}

impl Prometheus {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        if self.rules {
            print(global, "rules", RULES)?;
            return Ok(Exit::Ok);
        }
        // What the connectors need is no concern here.
        let mut sources = global.sources();
        sources.visitor = true;
        let mut config = config::load(&sources)?.config;
        if let Some(client) = Client::daemon(&config.server.socket).await {
            config.server.listen = client.listens_on().await.unwrap_or(config.server.listen);
        }
        let home = called(self.home, &config);
        print(global, "settings", &settings(&config, &home, &machine::name()))?;
        if global.quiet == 0 && config.server.listen.ip().is_loopback() {
            eprintln!(
                "watteau listens to this machine alone: a Prometheus elsewhere needs another `listen` in [server]."
            );
        }
        Ok(Exit::Ok)
    }
}

/// Prints a text as it is, or as the one value of an object.
fn print(global: &Global, what: &str, text: &str) -> anyhow::Result<()> {
    if global.json { output::print_json(&json!({ (what): text })) } else { output::print_raw(text) }
}

/// What the home is called: what is scraped and what is sent go by one name.
fn called(named: Option<String>, config: &Config) -> String {
    let sent = || config.remote_write.as_ref()?.labels.get("home").cloned();
    named.or_else(sent).unwrap_or_else(|| "home".to_owned())
}

/// The part of `prometheus.yml` that is about this installation, on a machine of that name.
fn settings(config: &Config, home: &str, name: &str) -> String {
    let target = machine::authority(config.server.listen, name);
    let authorization = match config.access.read {
        Reading::Open => "",
        Reading::Password => {
            "    # watteau token create prometheus --read-only; its token is all that this file holds.\n    \
             authorization:\n      \
               credentials_file: watteau.token\n"
        }
    };
    let mut text = format!(
        "# For /etc/prometheus/prometheus.yml; where it has one of these keys, add what stands below it.\n\
         rule_files:\n  \
           # watteau prometheus --rules | sudo tee /etc/prometheus/watteau.rules.yml\n  \
           - watteau.rules.yml\n\n\
         scrape_configs:\n  \
           # The rules know the daemon by this name.\n  \
           - job_name: watteau\n    \
             scrape_interval: 1m\n{authorization}    \
             static_configs:\n      \
               - targets: [\"{target}\"]\n        \
                 labels:\n          \
                   home: {home}\n",
        home = json!(home)
    );
    let _ = match &config.remote_write {
        Some(receiver) => writeln!(
            text,
            "\n# What is kept goes to {} by itself. Late days and corrections are taken with:",
            receiver.url.host_str().unwrap_or_default()
        ),
        None => writeln!(
            text,
            "\n# A scrape knows only the present. To have the history, too, start Prometheus with\n\
             # --web.enable-remote-write-receiver --storage.tsdb.retention.time=10y, write [remote_write] url = \"http://localhost:9090/api/v1/write\" in\n\
             # the settings of watteau, and let Prometheus take what is late:"
        ),
    };
    text + "#storage:\n#  tsdb:\n#    out_of_order_time_window: 3650d\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing;
    use std::{fs, process::Command};

    #[test]
    fn prometheus_takes_what_is_printed() {
        let folder = tempfile::tempdir().unwrap();
        for (listen, target) in [
            ("127.0.0.1:9288", "127.0.0.1:9288"),
            ("0.0.0.0:9300", "pi:9300"),
            ("[::1]:9288", "[::1]:9288"),
            ("[::]:9288", "pi:9288"),
        ] {
            let access = if target.starts_with("pi") { "[access]\nread = \"password\"\n" } else { "" };
            for remote in ["", "[remote_write]\nurl = \"http://prometheus.test/api/v1/write\"\n"] {
                let text = format!("[server]\nlisten = \"{listen}\"\n{access}{remote}");
                let config = testing::config(folder.path(), &text);
                let text = settings(&config, "la maison", "pi");
                assert!(text.contains(&format!("- targets: [\"{target}\"]\n")), "{text}");
                assert_eq!(text.contains("credentials_file: watteau.token"), !access.is_empty(), "{text}");
                assert_eq!(text.contains("prometheus.test"), !remote.is_empty(), "{text}");
                // What is commented out is right as well.
                let whole = ["storage:", "  tsdb:", "    out_of_order"]
                    .iter()
                    .fold(text, |text, key| text.replace(&format!("\n#{key}"), &format!("\n{key}")));
                accepted(folder.path(), &whole);
            }
        }
    }

    #[test]
    fn the_home_is_called_as_what_is_sent_calls_it() {
        let folder = tempfile::tempdir().unwrap();
        for (labels, named, expected) in [
            ("", None, "home"),
            ("labels = { home = \"lyon\" }", None, "lyon"),
            ("labels = { home = \"lyon\" }", Some("mer"), "mer"),
            ("labels = { place = \"lyon\" }", None, "home"),
        ] {
            let text = format!("[remote_write]\nurl = \"http://prometheus.test/write\"\n{labels}\n");
            let config = testing::config(folder.path(), &text);
            assert_eq!(called(named.map(str::to_owned), &config), expected, "{labels} {named:?}");
        }
    }

    fn accepted(folder: &std::path::Path, text: &str) {
        fs::write(folder.join("watteau.rules.yml"), RULES).unwrap();
        fs::write(folder.join("watteau.token"), "watteau_token").unwrap();
        fs::write(folder.join("prometheus.yml"), text).unwrap();
        let check =
            Command::new("promtool").arg("check").arg("config").arg(folder.join("prometheus.yml")).output();
        match check {
            Err(_) => eprintln!("promtool is not installed: its check of the settings is skipped"),
            Ok(said) => {
                assert!(said.status.success(), "{}{text}", String::from_utf8_lossy(&said.stderr));
                assert!(
                    text.contains("\nstorage:\n  tsdb:\n    out_of_order_time_window: 3650d\n"),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn a_meter_is_no_name_of_a_home() {
        for (text, good) in
            [("lyon", true), ("Mas d'Été 2", true), ("12345678901234", false), ("a\"b", false), ("", false)]
        {
            assert_eq!(home(text).is_ok(), good, "{text}");
        }
    }
}
