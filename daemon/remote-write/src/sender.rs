//! One request until it is taken or refused.

use crate::backoff::Backoff;
use bytes::Bytes;
use std::{fmt, time::Duration};

/// Carries a request to the receiver, once.
pub trait Transport: Send + Sync {
    /// Sends a body and reads what is answered.
    fn post(&self, body: Bytes) -> impl Future<Output = Result<Answer, Unreachable>> + Send;
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// How long it asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The beginning of the body, in one line: why it refuses.
    pub message: String,
}

/// Why there is no answer, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// An answer that ends the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status of HTTP.
    pub status: u16,
    /// Why, in the receiver's words.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => write!(f, "it answers {}", self.status),
            message => write!(f, "it answers {}: {message}", self.status),
        }
    }
}

/// Why the same request is sent again later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened, in words for a person.
    pub message: String,
    /// How often it was tried.
    pub tries: u32,
    /// How long it waits now.
    pub pause: Duration,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Accepted,
    /// The receiver does not want this request; it is not to be sent again.
    Refused(Refusal),
    /// The receiver does not want this sender, or is not one: nothing has to be sent before somebody acts.
    Unwelcome(Refusal),
}

/// Sends requests one after the other.
#[derive(Debug)]
pub struct Sender<T> {
    transport: T,
    backoff: Backoff,
}

impl<T: Transport> Sender<T> {
    /// Sends over a transport.
    pub const fn new(transport: T, backoff: Backoff) -> Self {
        Self { transport, backoff }
    }

    /// Sends a request until it is taken or refused, and tells of each try that failed before it waits. Dropping the
    /// future gives it up; whether the receiver has it is then unknown, and it has to be sent again.
    pub async fn send(&self, body: &Bytes, mut troubled: impl FnMut(Trouble) + Send) -> Outcome {
        let mut tries = 0;
        loop {
            tries += 1;
            let (message, asked) = match self.transport.post(body.clone()).await {
                Ok(Answer { status, message, retry_after }) => {
                    let refusal = Refusal { status, message };
                    match status {
                        200..=299 => return Outcome::Accepted,
                        300..=399 | 401 | 403 | 404 | 405 | 407 => return Outcome::Unwelcome(refusal),
                        400..=428 | 430..=499 => return Outcome::Refused(refusal),
                        _ if is_about_samples(&refusal.message) => return Outcome::Refused(refusal),
                        _ => (refusal.to_string(), retry_after),
                    }
                }
                Err(Unreachable(message)) => (message, None),
            };
            let pause = self.backoff.pause(tries, asked);
            troubled(Trouble { message, tries, pause });
            tokio::time::sleep(pause).await;
        }
    }
}

/// Prometheus 2.42 answers 500 where a sample is older than it takes: what will never be taken is not offered for
/// ever.
fn is_about_samples(message: &str) -> bool {
    ["too old sample", "out of order sample", "out of bounds", "duplicate sample for timestamp"]
        .iter()
        .any(|words| message.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use tokio::time::Instant;

    /// Answers what it is told to, in order.
    struct Script(Mutex<Vec<Result<Answer, Unreachable>>>);

    impl Transport for Script {
        async fn post(&self, body: Bytes) -> Result<Answer, Unreachable> {
            assert_eq!(&body[..], b"body");
            self.0.lock().unwrap().remove(0)
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "it stands beside answers that did not come")]
    fn answer(status: u16) -> Result<Answer, Unreachable> {
        Ok(Answer { status, message: "why".to_owned(), retry_after: None })
    }

    async fn send(answers: Vec<Result<Answer, Unreachable>>) -> (Outcome, Vec<Trouble>, Duration) {
        let sender = Sender::new(Script(Mutex::new(answers)), Backoff::default());
        let (begun, mut troubles) = (Instant::now(), vec![]);
        let outcome = sender.send(&Bytes::from_static(b"body"), |trouble| troubles.push(trouble)).await;
        assert!(sender.transport.0.lock().unwrap().is_empty(), "asked as often as scripted");
        (outcome, troubles, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn each_answer_has_its_end() {
        let why = |status| Refusal { status, message: "why".to_owned() };
        for (status, expected) in [
            (200, Outcome::Accepted),
            (204, Outcome::Accepted),
            (308, Outcome::Unwelcome(why(308))),
            (400, Outcome::Refused(why(400))),
            (401, Outcome::Unwelcome(why(401))),
            (403, Outcome::Unwelcome(why(403))),
            (404, Outcome::Unwelcome(why(404))),
            (409, Outcome::Refused(why(409))),
            (413, Outcome::Refused(why(413))),
            (422, Outcome::Refused(why(422))),
        ] {
            let (outcome, troubles, took) = send(vec![answer(status)]).await;
            assert_eq!((outcome, troubles.len(), took), (expected, 0, Duration::ZERO), "{status}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_with_growing_pauses() {
        let gone = Err(Unreachable("nobody listens".to_owned()));
        let (outcome, troubles, took) =
            send(vec![gone, answer(500), answer(429), answer(503), answer(204)]).await;
        assert_eq!(outcome, Outcome::Accepted);
        let told: Vec<(&str, u32)> = troubles.iter().map(|it| (it.message.as_str(), it.tries)).collect();
        assert_eq!(
            told,
            [
                ("nobody listens", 1),
                ("it answers 500: why", 2),
                ("it answers 429: why", 3),
                ("it answers 503: why", 4)
            ]
        );
        for (trouble, whole) in troubles.iter().zip([500, 1_000, 2_000, 4_000]) {
            let whole = Duration::from_millis(whole);
            assert!((whole / 2..=whole).contains(&trouble.pause), "{trouble:?}");
        }
        let pauses: Duration = troubles.iter().map(|trouble| trouble.pause).sum();
        assert!(took.abs_diff(pauses) < Duration::from_millis(10), "it waited {took:?} of {pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_that_asks_for_time_gets_it() {
        let asks = Answer { status: 429, retry_after: Some(Duration::from_secs(77)), ..Answer::default() };
        let (outcome, troubles, took) = send(vec![Ok(asks), answer(200)]).await;
        assert_eq!((outcome, troubles[0].pause), (Outcome::Accepted, Duration::from_secs(77)));
        assert!(took >= Duration::from_secs(77));
    }

    #[tokio::test(start_paused = true)]
    async fn a_defect_about_the_samples_is_a_refusal() {
        let old = Answer { status: 500, message: "too old sample".to_owned(), retry_after: None };
        let (outcome, troubles, _) = send(vec![Ok(old)]).await;
        assert!(matches!(outcome, Outcome::Refused(Refusal { status: 500, .. })) && troubles.is_empty());
    }
}
