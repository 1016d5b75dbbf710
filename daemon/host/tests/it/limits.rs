//! One test per wall, with the exact reason; the host serves others all the while.

use crate::support::{START, Server, grant, ok, plugin, pull};
use std::time::Duration;
use watteau_host::{Cause, Job, RunError, Why};

/// Runs a deed with tight limits and answers why it was stopped, while a well-behaved run goes on beside it.
async fn stopped(deed: &str) -> (Why, String) {
    let (mut grant, sink) = grant(deed);
    grant.limits.cpu = Duration::from_millis(300);
    let (bystander, beside_it) = crate::support::grant("put");
    let (ended, beside) = tokio::join!(pull(grant), pull(bystander));
    beside.expect("another connector's run goes on");
    assert_eq!(beside_it.puts.lock().unwrap().len(), 1);
    assert_eq!(*sink.checkpoints.lock().unwrap(), 0, "a run that was stopped makes nothing durable");
    match ended {
        Err(RunError::Stopped(stop)) => {
            assert!(!stop.message.fr.is_empty() && stop.message.fr != stop.message.en);
            (stop.why, stop.message.en)
        }
        other => panic!("{deed} was not stopped: {other:?}"),
    }
}

#[tokio::test]
async fn a_loop_runs_out_of_computing_time() {
    assert_eq!(stopped("spin").await.0, Why::Cpu);
}

#[tokio::test]
async fn endless_allocation_meets_the_memory_cap() {
    let (why, message) = stopped("alloc").await;
    assert_eq!(
        (why, message.as_str()),
        (Why::Memory, "The connector asked for more than 32 MB of memory and was stopped.")
    );
}

#[tokio::test]
async fn a_panic_is_told_in_its_own_words() {
    let (why, message) = stopped("panic").await;
    assert_eq!(why, Why::Panic);
    assert!(message.contains("on purpose"), "{message}");
}

#[tokio::test]
async fn endless_recursion_meets_the_stack_cap() {
    assert_eq!(stopped("recurse").await.0, Why::Stack);
}

#[tokio::test]
async fn a_flood_of_points_is_stopped() {
    let (why, message) = stopped("flood-points").await;
    assert_eq!(why, Why::Flood);
    assert!(message.contains("10000 points"), "{message}");
}

#[tokio::test]
async fn a_lie_about_the_unit_is_stopped_and_named() {
    let (why, message) = stopped("lie-unit").await;
    assert_eq!(why, Why::Contract);
    assert!(message.contains("lies about units"), "{message}");
}

#[tokio::test]
async fn a_series_that_was_not_declared_is_stopped() {
    let (why, message) = stopped("undeclared").await;
    assert_eq!(why, Why::Contract);
    assert!(message.contains("`other`"), "{message}");
}

#[tokio::test]
async fn a_guest_parked_in_a_host_call_meets_the_deadline() {
    let server = Server::start(|_| None).await;
    let (mut grant, _) = grant("park");
    grant.base_url = Some(server.url("/").parse().unwrap());
    grant.limits.call = Duration::from_millis(400);
    let Err(RunError::Stopped(stop)) = pull(grant).await else { panic!("it is stopped") };
    assert_eq!(stop.why, Why::Deadline);
}

#[tokio::test]
async fn a_flood_of_lines_is_dropped_and_the_run_goes_on() {
    let (grant, sink) = grant("flood-log");
    pull(grant).await.expect("the lines are dropped, not the run");
    assert_eq!(*sink.checkpoints.lock().unwrap(), 1);
}

#[tokio::test]
async fn each_call_of_a_run_sees_the_cursor_that_the_one_before_kept() {
    let (mut grant, _) = grant("count");
    grant.cursor = Some(vec![1; 7]);
    let mut run = plugin().start(grant);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let job = Job { feed: "power".to_owned(), span: START..START + 1_800_000 };
        seen.push(run.pull(job).await.expect("it counts").remark.expect("and tells").en);
    }
    assert_eq!(seen, ["7", "8", "9"]);
}

#[tokio::test]
async fn good_points_go_on_and_bad_ones_are_counted_with_their_reason() {
    let (grant, sink) = grant("bad-points");
    let outcome = pull(grant).await.expect("bad points stop nobody");
    assert_eq!(outcome.remark.expect("the guest repeats the count").en, "6");
    let puts = sink.puts.lock().unwrap();
    assert_eq!(puts.iter().flat_map(|put| &put.points).map(|point| point.value).collect::<Vec<_>>(), [230.0]);
    let reasons: Vec<_> =
        sink.refusals.lock().unwrap().iter().map(|refusal| refusal.reason.en.clone()).collect();
    assert_eq!(
        reasons,
        [
            "the value is not a number",
            "the value is below 0 W",
            "the value is above 50000 W",
            "the point does not start on the series' step",
            "the interval is not as long as the series' step",
            "the point is in the future",
        ]
    );
}

#[tokio::test]
async fn a_guest_sees_no_environment_and_no_files() {
    let (grant, _) = grant("environment");
    assert_eq!(pull(grant).await.unwrap().remark.unwrap().en, "0 false");
}

#[tokio::test]
async fn a_failure_arrives_with_its_cause_and_party() {
    let (grant, _) = grant("fail");
    let Err(RunError::Failure(failure)) = pull(grant).await else { panic!("it fails") };
    assert_eq!((failure.cause, failure.party.as_deref()), (Cause::Consent, Some("Enedis")));
    assert_eq!((failure.message.en.as_str(), failure.message.fr.as_str()), ("No consent.", "Pas d'accord."));
}

#[tokio::test]
async fn check_answers_in_words_and_takes_no_points() {
    let (grant, _) = grant("noop");
    assert_eq!(plugin().start(grant).check().await.unwrap().fr, "Ferait noop.");
}

#[tokio::test]
async fn a_call_that_is_given_up_frees_its_guest() {
    let (mut grant, _) = grant("spin");
    grant.limits.cpu = Duration::from_hours(1);
    grant.limits.call = Duration::from_hours(1);
    let given_up = tokio::time::timeout(Duration::from_millis(100), pull(grant)).await;
    assert!(given_up.is_err(), "it would have gone on");
    // The runtime waits for its blocking threads when this test ends: a guest still looping would hang it.
}

#[tokio::test]
async fn points_arrive_as_they_were_put() {
    let (grant, sink) = grant("put");
    pull(grant).await.unwrap();
    let puts = sink.puts.lock().unwrap();
    let [put] = puts.as_slice() else { panic!("one batch") };
    assert_eq!((put.series.as_str(), put.points[0].start, put.points[0].value), ("power", START, 100.0));
    assert_eq!(*sink.checkpoints.lock().unwrap(), 1);
}

#[tokio::test]
async fn an_answer_reaches_the_guest() {
    let server = Server::start(|_| ok("hello")).await;
    let (mut grant, _) = grant("fetch");
    grant.base_url = Some(server.url("/").parse().unwrap());
    assert_eq!(pull(grant).await.unwrap().remark.unwrap().en, "hello");
}
