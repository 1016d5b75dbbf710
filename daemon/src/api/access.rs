//! `POST /api/v1/login` and `/logout`, `GET /api/v1/session`, `/api/v1/tokens`, `/api/v1/password`: the way in.

use super::{
    AppState,
    caller::{Caller, Who, refused},
    error::{Failure, Problem},
    query::told,
};
use crate::{
    access::{ChangeError, Keeper, LIFETIME, TokenView},
    config::Reading,
};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How whoever asks is known here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// Whether this address asks for a password or a token before anything is changed.
    asked: bool,
    /// Whether it asks before anything is read.
    asked_to_read: bool,
    /// Whether there is a password.
    password: bool,
    /// What is typed to set it, on the machine that watteau runs on.
    set_password: &'static str,
    /// Whether this browser is signed in.
    signed_in: bool,
    /// Until when, epoch seconds; null: it is not.
    until: Option<i64>,
}

/// The password, to sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    /// In clear: over plain HTTP the network sees it.
    #[schema(format = "password")]
    password: String,
}

/// A token that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Who is to have it: letters, digits, dots, dashes and underscores.
    name: String,
    /// Whether it may only read.
    #[serde(default)]
    #[schema(required = false)]
    read_only: bool,
    /// For how many days it holds; none: until it is revoked.
    #[serde(default)]
    days: Option<u32>,
    /// Until when it holds, RFC 3339, in the place of days.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    expires: Option<Timestamp>,
}

/// A token that was made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Made {
    /// The token itself. It is said here and nowhere else.
    pub token: String,
    /// How it is listed.
    pub listed: TokenView,
}

fn view(state: &AppState, caller: &Caller) -> SessionView {
    let left = match &caller.who {
        Who::Session(id) => state.keeper.session(id),
        _ => None,
    };
    let now = state.clock.now().as_second();
    SessionView {
        asked: caller.asked,
        asked_to_read: caller.asked && state.keeper.settings().read == Reading::Password,
        password: state.keeper.has_password(),
        set_password: state.keeper.how_to_set_password(),
        signed_in: left.is_some(),
        until: left.map(|left| now.saturating_add_unsigned(left.as_secs())),
    }
}

/// How whoever asks is known here, and whether that matters.
#[utoipa::path(get, path = "/api/v1/session", tag = "access", responses(
    (status = 200, body = SessionView),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn session(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    unkept(Json(view(&state, &caller)).into_response())
}

/// Signs in: a cookie comes with the answer, which no script can read and no other site can send.
#[utoipa::path(post, path = "/api/v1/login", tag = "access", request_body = Secret, responses(
    (status = 200, body = SessionView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn login(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Body,
) -> Result<Response, Failure> {
    let Secret { password } = told(body).await?;
    let id = state.keeper.sign_in(password, caller.address).await;
    let id = id.map_err(|denied| refused(denied, &state.keeper))?;
    let value = cookie(&caller, &id, LIFETIME.as_secs());
    let caller = Caller { who: Who::Session(id), ..caller };
    Ok(with_cookie(Json(view(&state, &caller)).into_response(), &value))
}

/// Signs out: the session is over, whoever has its cookie.
#[utoipa::path(post, path = "/api/v1/logout", tag = "access", responses(
    (status = 200, body = SessionView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn logout(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    if let Who::Session(id) = &caller.who {
        state.keeper.sign_out(id);
    }
    let value = cookie(&caller, "", 0);
    let caller = Caller { who: Who::Nobody, ..caller };
    with_cookie(Json(view(&state, &caller)).into_response(), &value)
}

/// Every token: who has it, since when, until when. What it is was said once, when it was made.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "access", responses(
    (status = 200, body = [TokenView]),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn tokens(State(state): State<AppState>) -> Response {
    unkept(Json(state.keeper.tokens()).into_response())
}

/// Makes a token for a program, sent as `Authorization: Bearer …`. It is said in this answer and never again.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "access", request_body = Wanted, responses(
    (status = 200, body = Made),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn create(State(state): State<AppState>, body: Body) -> Result<Response, Failure> {
    let Wanted { name, read_only, days, expires } = told(body).await?;
    if days.is_some() && expires.is_some() {
        let detail = "a token holds for `days` or until `expires`; leave one of them out";
        return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "days", detail));
    }
    let made = state
        .work(move |state| {
            let (token, listed) = match expires {
                Some(end) => state.keeper.create_until(&name, read_only, Some(end)),
                None => state.keeper.create(&name, read_only, days),
            }?;
            Ok(Json(Made { token, listed }))
        })
        .await?;
    Ok(unkept(made.into_response()))
}

/// Revokes a token: its next request is refused.
#[utoipa::path(delete, path = "/api/v1/tokens/{name}", tag = "access",
    params(("name" = String, Path, description = "Who has it")),
    responses(
        (status = 200, body = [TokenView], description = "The tokens that are left"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn revoke(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let left = state
        .work(move |state| {
            state.keeper.revoke(&name)?;
            Ok(Json(state.keeper.tokens()))
        })
        .await?;
    Ok(unkept(left.into_response()))
}

/// Sets the password and ends every session. Through the command socket only: `watteau password set`.
#[utoipa::path(put, path = "/api/v1/password", tag = "access", request_body = Secret, responses(
    (status = 200, body = SessionView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn set_password(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Body,
) -> Result<Response, Failure> {
    on_this_machine(&caller, &state.keeper)?;
    let Secret { password } = told(body).await?;
    state.work(move |state| Ok(state.keeper.set_password(Some(&password))?)).await?;
    Ok(unkept(Json(view(&state, &caller)).into_response()))
}

/// Takes the password away and ends every session. Through the command socket only: `watteau password clear`.
#[utoipa::path(delete, path = "/api/v1/password", tag = "access", responses(
    (status = 200, body = SessionView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn clear_password(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Failure> {
    on_this_machine(&caller, &state.keeper)?;
    state.work(|state| Ok(state.keeper.set_password(None)?)).await?;
    Ok(unkept(Json(view(&state, &caller)).into_response()))
}

/// Whoever found a browser that is signed in must not lock its owner out.
fn on_this_machine(caller: &Caller, keeper: &Keeper) -> Result<(), Failure> {
    if caller.who == Who::Local {
        return Ok(());
    }
    let how = keeper.how_to_set_password();
    let detail = format!("the password is set on the machine itself: {how}");
    Err(Failure::new(StatusCode::FORBIDDEN, "only_on_the_machine", detail)
        .in_french(format!("Le mot de passe se choisit sur la machine elle-même : {how}")))
}

fn cookie(caller: &Caller, id: &str, seconds: u64) -> String {
    let secure = if caller.https { "; Secure" } else { "" };
    format!("{}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", caller.cookie())
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    unkept(response)
}

/// An answer about secrets is nobody's to keep.
fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        let (status, code) = match &error {
            ChangeError::Password => (StatusCode::UNPROCESSABLE_ENTITY, "password"),
            ChangeError::Name => (StatusCode::UNPROCESSABLE_ENTITY, "name"),
            ChangeError::Days | ChangeError::End => (StatusCode::UNPROCESSABLE_ENTITY, "days"),
            ChangeError::Taken(_) => (StatusCode::CONFLICT, "taken"),
            ChangeError::TooMany => (StatusCode::CONFLICT, "too_many_tokens"),
            ChangeError::Unknown(_) => (StatusCode::NOT_FOUND, "unknown_token"),
            ChangeError::Damaged { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "damaged"),
            ChangeError::Write { cause, .. } => {
                tracing::error!(%cause, "{error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "not_written")
            }
            ChangeError::Memory => (StatusCode::SERVICE_UNAVAILABLE, "memory"),
        };
        Self::new(status, code, error.to_string())
    }
}
