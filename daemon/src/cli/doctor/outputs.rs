//! Those who are told: the broker, Home Assistant, the receiver of remote write. Only a running daemon knows.

use super::{Client, Finding};
use serde::Deserialize;

#[derive(Deserialize)]
struct Status {
    outputs: Vec<Output>,
    remote_write: Option<Receiver>,
}

#[derive(Deserialize)]
struct Output {
    name: String,
    ok: bool,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Receiver {
    pending_samples: u64,
    trouble: Option<String>,
}

pub(super) async fn examine(client: &Client) -> Vec<Finding> {
    // A status that cannot be had is told where the store is looked at.
    client.get::<Status>("/api/v1/status", &[]).await.map(judged).unwrap_or_default()
}

fn judged(status: Status) -> Vec<Finding> {
    let output = |Output { name, ok, error }: Output| match error {
        Some(error) => Finding::fail(
            "output",
            format!("{name}: {error}"),
            format!("correct [{name}], or what it leads to"),
        ),
        None if ok => Finding::ok("output", format!("{name}: told")),
        None => Finding::ok("output", format!("{name}: not tried yet")),
    };
    let receiver = |Receiver { pending_samples, trouble }: Receiver| match trouble {
        Some(trouble) => Finding::fail(
            "output",
            format!("remote_write: {trouble}"),
            "correct [remote_write], or what it leads to; what waits is kept",
        ),
        None if pending_samples == 0 => Finding::ok("output", "remote_write: all is sent"),
        None => Finding::ok("output", format!("remote_write: {pending_samples} samples are on their way")),
    };
    status.outputs.into_iter().map(output).chain(status.remote_write.map(receiver)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};

    #[test]
    fn what_is_not_told_is_a_failure() {
        let status = serde_json::json!({
            "outputs": [
                { "name": "mqtt", "ok": false, "error": "the broker refuses the user or the password" },
                { "name": "homeassistant", "ok": true, "error": null },
            ],
            "remote_write": { "pending_samples": 12, "trouble": "it answers 405" },
        });
        let findings = judged(serde_json::from_value(status).unwrap());
        let verdicts: Vec<_> = findings.iter().map(|finding| finding.verdict).collect();
        assert_eq!(verdicts, [Verdict::Fail, Verdict::Ok, Verdict::Fail]);
        assert_eq!(findings[2].text, "remote_write: it answers 405");
    }
}
