//! The connectors: what each last did, how late its data is, what is left of its quota.

use super::{Client, Finding};
use crate::model::{Condition, ConnectorState, Trouble};
use jiff::{Timestamp, Unit};

const TOPIC: &str = "connector";

/// Nothing for so long, where something is due every day, is not the usual delay of a source.
const LATE_DAYS: f64 = 4.0;

pub(super) async fn examine(client: &Client) -> Vec<Finding> {
    match client.get::<Vec<ConnectorState>>("/api/v1/connectors", &[]).await {
        Ok(states) if states.is_empty() => {
            let advice = "add a [connectors.NAME] table to the configuration";
            vec![Finding::warn(TOPIC, "there is none, so nothing is read", advice)]
        }
        Ok(states) => states.iter().map(|state| judged(state, Timestamp::now())).collect(),
        Err(error) => vec![Finding::fail(
            TOPIC,
            format!("they cannot be asked: {error:#}"),
            "watteau connectors tells more",
        )],
    }
}

fn judged(state: &ConnectorState, now: Timestamp) -> Finding {
    let name = &state.name;
    let trouble = state.error.as_ref().or_else(|| state.feeds.iter().find_map(|feed| feed.error.as_ref()));
    let advice = |trouble: Option<&Trouble>| {
        let what = trouble.and_then(|trouble| trouble.what_to_do.as_ref()).map(|what| what.en.clone());
        what.unwrap_or_else(|| format!("it tries again by itself; now: watteau connector run {name}"))
    };
    let said = trouble.map_or(&state.text.en, |trouble| &trouble.message.en);
    let text = format!("{name}: {said}{}", quota(state));
    match state.state {
        Condition::Attention => Finding::fail(TOPIC, text, advice(trouble)),
        Condition::Failed => Finding::warn(TOPIC, text, advice(trouble)),
        Condition::Disabled => Finding::ok(TOPIC, format!("{name}: switched off")),
        Condition::NeverRun => Finding::ok(TOPIC, format!("{name}: has not run yet{}", quota(state))),
        _ => match late(state, now) {
            Some(days) => Finding::warn(
                TOPIC,
                format!("{name}: nothing new for {days:.0} days{}", quota(state)),
                advice(trouble),
            ),
            None if trouble.is_some() => Finding::warn(TOPIC, text, advice(trouble)),
            None => Finding::ok(TOPIC, text),
        },
    }
}

/// Days since it last did all there was to do, when they are too many for a source that is asked by itself.
fn late(state: &ConnectorState, now: Timestamp) -> Option<f64> {
    state.next_run.as_ref()?;
    let last: Timestamp = state.last_success.as_ref()?.parse().ok()?;
    let days = (now - last).total(Unit::Hour).ok()? / 24.0;
    (days > LATE_DAYS).then_some(days)
}

fn quota(state: &ConnectorState) -> String {
    state
        .quota
        .as_ref()
        .map_or_else(String::new, |quota| format!(" ({} of {} calls used)", quota.used, quota.calls))
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};
    use crate::{api::testing::FixedServices, services::Services as _};

    #[test]
    fn states_are_judged_by_what_the_person_has_to_do() {
        let mut state = FixedServices::default().connectors()[0].clone();
        let now: Timestamp = "2025-11-05T09:00:00Z".parse().unwrap();
        state.error = None;
        state.feeds.clear();
        state.next_run = Some("2025-11-06T06:30:00Z".to_owned());
        for (condition, last, verdict) in [
            (Condition::Ok, "2025-11-05T06:30:00Z", Verdict::Ok),
            (Condition::Waiting, "2025-11-02T06:30:00Z", Verdict::Ok),
            (Condition::Ok, "2025-10-20T06:30:00Z", Verdict::Warn),
            (Condition::Attention, "2025-11-05T06:30:00Z", Verdict::Fail),
            (Condition::Failed, "2025-11-05T06:30:00Z", Verdict::Warn),
            (Condition::Disabled, "2025-10-20T06:30:00Z", Verdict::Ok),
        ] {
            state.state = condition;
            state.last_success = Some(last.to_owned());
            let found = judged(&state, now);
            assert_eq!(found.verdict, verdict, "{condition:?} {last}");
            assert_eq!(found.advice.is_some(), verdict != Verdict::Ok);
        }
    }
}
