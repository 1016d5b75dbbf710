use super::*;
use crate::query::testing::{NOW, clock};

fn keeper(folder: &Path) -> Arc<Keeper> {
    Keeper::open(folder, clock(NOW), AccessSettings::default())
}

#[tokio::test]
async fn the_password_opens_a_session_and_changing_it_ends_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = keeper(folder.path());
    let sign_in = async |text: &str| keeper.sign_in(text.to_owned(), None).await;
    assert_eq!(sign_in("anything").await, Err(Denied::NoPassword));
    assert!(matches!(keeper.set_password(Some("1234567")), Err(ChangeError::Password)));
    keeper.set_password(Some("correct horse")).unwrap();
    assert_eq!(sign_in("Correct horse").await, Err(Denied::WrongPassword));
    assert_eq!(sign_in(&"x".repeat(5000)).await, Err(Denied::WrongPassword));
    let id = sign_in("correct horse").await.unwrap();
    assert!(keeper.session(&id).is_some());
    keeper.set_password(Some("battery staple")).unwrap();
    assert_eq!(keeper.session(&id), None);
    let id = sign_in("battery staple").await.unwrap();
    keeper.sign_out(&id);
    assert_eq!(keeper.session(&id), None);
    keeper.set_password(None).unwrap();
    assert_eq!(sign_in("battery staple").await, Err(Denied::NoPassword));
}

#[tokio::test]
async fn a_token_holds_until_it_is_revoked_or_its_days_are_over() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock(NOW);
    let keeper = Keeper::open(folder.path(), clock.clone(), AccessSettings::default());
    let (writes, _) = keeper.create("home-assistant", false, None).unwrap();
    let (reads, view) = keeper.create("prometheus", true, Some(90)).unwrap();
    assert!(reads.starts_with("watteau_") && reads.len() == 64, "{reads}");
    assert_eq!((view.read_only, view.expired), (true, false));
    // The first time by its hash, then by its digest.
    for _ in 0..3 {
        assert_eq!(keeper.token(&writes, None).await, Ok(Granted { read_only: false }));
        assert_eq!(keeper.token(&reads, None).await, Ok(Granted { read_only: true }));
    }
    clock.set(clock.now() + SignedDuration::from_hours(24 * 90));
    assert_eq!(keeper.token(&reads, None).await, Err(Denied::BadToken));
    assert!(keeper.tokens()[1].expired);
    keeper.revoke("home-assistant").unwrap();
    assert_eq!(keeper.token(&writes, None).await, Err(Denied::BadToken));
    assert!(matches!(keeper.revoke("home-assistant"), Err(ChangeError::Unknown(_))));
    for name in ["", "two words", "é", &"x".repeat(41)] {
        assert!(matches!(keeper.create(name, true, None), Err(ChangeError::Name)), "{name}");
    }
    assert!(matches!(keeper.create("prometheus", true, None), Err(ChangeError::Taken(_))));
    for days in [0, 100_000] {
        assert!(matches!(keeper.create("other", true, Some(days)), Err(ChangeError::Days)));
    }
    let soon = clock.now() + SignedDuration::from_secs(3);
    let (brief, view) = keeper.create_until("brief", true, Some(soon)).unwrap();
    assert_eq!(view.expires, Some(soon.to_string()));
    assert!(keeper.token(&brief, None).await.is_ok());
    clock.set(soon);
    assert_eq!(keeper.token(&brief, None).await, Err(Denied::BadToken));
    for end in [soon, soon + SignedDuration::from_hours(24 * 40_000)] {
        assert!(matches!(keeper.create_until("other", true, Some(end)), Err(ChangeError::End)), "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn guessing_is_slowed_down_and_a_known_token_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = keeper(folder.path());
    keeper.set_password(Some("correct horse")).unwrap();
    let (token, _) = keeper.create("prometheus", true, None).unwrap();
    let mallory = Some(IpAddr::from([192, 168, 1, 66]));
    keeper.token(&token, mallory).await.unwrap();
    let (mut wrong, mut told) = (0, 0);
    for n in 0..20 {
        match keeper.sign_in(format!("guess {n} of many"), mallory).await {
            Err(Denied::WrongPassword) => wrong += 1,
            Err(Denied::TooMany(wait)) => told += usize::from(wait > Duration::ZERO),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, told), (5, 15));
    for stranger in ["", "watteau_", "watteau_000000000000_x", &token[8..], "watteau"] {
        assert_eq!(keeper.token(stranger, mallory).await, Err(Denied::BadToken), "{stranger}");
    }
    assert!(matches!(keeper.token("another", mallory).await, Err(Denied::TooMany(_))));
    assert!(keeper.token(&token, mallory).await.is_ok(), "what was right is known without a try");
    let (new, _) = keeper.create("grafana", true, None).unwrap();
    assert!(keeper.token(&new, mallory).await.is_ok(), "and so is what was never shown before");
    assert!(matches!(keeper.token("another", mallory).await, Err(Denied::TooMany(_))), "a guess still waits");
    let forged = [&token[..63], &token[..62], &format!("{token}x"), &format!("{new}x"), &new[..63]];
    for forged in forged {
        assert_eq!(keeper.token(forged, mallory).await, Err(Denied::BadToken), "{forged}");
    }
    assert!(
        matches!(keeper.token(&new[..60], mallory).await, Err(Denied::TooMany(_))),
        "and one at a real token too"
    );
    assert!(keeper.token(&new, mallory).await.is_ok());
}

#[test]
fn a_file_that_cannot_be_read_lets_nobody_in_and_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = book::file(folder.path());
    std::fs::write(&path, "[[tokens]]\nname = 5\n").unwrap();
    let keeper = keeper(folder.path());
    assert!(!keeper.has_password());
    let error = keeper.set_password(Some("correct horse")).unwrap_err();
    assert!(error.to_string().contains("put it right or remove it"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[[tokens]]\nname = 5\n");
}

#[test]
fn another_start_knows_what_was_kept_and_the_file_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let first = keeper(folder.path());
    first.set_password(Some("correct horse")).unwrap();
    let (token, view) = first.create("grafana", false, None).unwrap();
    let text = std::fs::read_to_string(book::file(folder.path())).unwrap();
    assert!(!text.contains("correct") && !text.contains(token.rsplit('_').next().unwrap()), "{text}");
    let second = keeper(folder.path());
    assert!(second.has_password());
    assert_eq!(second.tokens(), [view]);
}
