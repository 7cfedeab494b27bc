//! What happens to every request before and after its handler: who is it, may they, is it theirs, is it too often.

use std::cell::{Cell, OnceCell};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;

use crate::ctx::{Actor, OfficeKind};
use crate::error::{Error, Kind, Result};
use crate::fate::Fate;
use crate::http::body::Filled;
use crate::http::call::Call;
use crate::http::cookie::{self, Cookie};
use crate::http::query::Pairs;
use crate::http::rate::Whose;
use crate::http::reply::Reply;
use crate::http::route::{Access, Face, Method, Rate, Route};
use crate::http::site::{Listener, SignedIn, Site};
use crate::http::{csrf, problem};
use crate::policy::Policy;
use crate::security;

/// A request as the edge read it; `refused` where the edge itself already found what is wrong.
#[derive(Clone)]
pub(super) struct Incoming {
    pub site: Arc<Site>,
    pub policy: Arc<Policy>,
    pub listener: Listener,
    pub route: Arc<Route>,
    pub path: String,
    pub query: String,
    pub params: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The form, where the edge has read it already.
    pub filled: Option<Filled>,
    pub remote: IpAddr,
    /// The host that the browser asked for.
    pub host: String,
    pub refused: Option<Error>,
    /// What becomes of what it writes.
    pub fate: Arc<Fate>,
}

/// What a page says that was open longer than its session.
const STALE: &str = "这个页面打开得太久，或者您重新登录过。为防止他人冒用您的身份，需要您再确认一次";

/// Whether an error says that the page had grown old: sending it again from a fresh page then succeeds.
pub(super) fn is_stale(error: &Error) -> bool {
    error.message() == STALE
}

/// Answers a request, whatever happens; also gives the request's id for the log.
pub(super) fn answer(incoming: Incoming) -> (Reply, String) {
    let refused = incoming.refused.clone();
    let (mut call, queries) = call(incoming);
    let result = queries.and_then(|()| pass(&mut call, refused));
    let reply = match result {
        Ok(reply) => reply,
        Err(error) => fail(&call, &error),
    };
    (finish(&call, reply), call.ctx.request.clone())
}

/// Says an error where nothing else came, without a question to the database: it may be the reason.
pub(super) fn unanswered(incoming: Incoming, error: &Error) -> (Reply, String) {
    let (call, _) = call(incoming);
    let request = call.ctx.request.clone();
    tracing::error!(%request, act = &*call.route.act, error = %error.log_line(), "answered without its handler");
    let reply = match call.route.face {
        Face::Api => problem::api(error, &request),
        Face::Asset => problem::bare(error, &request),
        Face::Page => problem::page_alone(&call, error),
    };
    (finish(&call, reply), request)
}

/// A request as handlers know it, and whether its query string can be read.
fn call(incoming: Incoming) -> (Call, Result<()>) {
    let Incoming {
        site,
        policy,
        listener,
        route,
        path,
        query,
        params,
        headers,
        body,
        filled,
        remote,
        host,
        fate,
        ..
    } = incoming;
    let (query, queries) = match Pairs::parse(&query) {
        Ok(pairs) => (pairs, Ok(())),
        Err(error) => (Pairs::default(), Err(error)),
    };
    let mut ctx = site.city.ctx_under(policy, Actor::Public);
    (ctx.fate, ctx.address) = (fate, Some(remote));
    let call = Call {
        city: site.city.clone(),
        ctx,
        route,
        session: None,
        remote,
        listener,
        host,
        path,
        params,
        query,
        headers,
        body,
        filled: filled.map_or_else(OnceCell::new, OnceCell::from),
        guest: OnceCell::new(),
        flash_shown: Cell::new(false),
        snapshot: Cell::new(None),
        site,
    };
    (call, queries)
}

fn pass(call: &mut Call, refused: Option<Error>) -> Result<Reply> {
    authenticate(call)?;
    if call.listener == Listener::Public {
        set_aside_office(&mut call.ctx.actor);
    }
    if let Some(error) = refused {
        return Err(error);
    }
    match call.route.access {
        Access::SignedIn if matches!(call.ctx.actor, Actor::Public) => return Err(Error::sign_in()),
        Access::SignedIn | Access::Open => {}
        Access::Public | Access::Right => {
            call.ctx.right(&call.route.act)?;
        }
    }
    check_csrf(call)?;
    let counted = counted(call);
    if let Some((rate, whose)) = &counted {
        call.site.rates.take(*rate, whose, Instant::now())?;
    }
    call.foresee();
    let reply = catch_unwind(AssertUnwindSafe(|| (call.route.handler)(call)))
        .unwrap_or_else(|_| Err(Error::internal(format!("the handler of {} panicked", call.route.act))));
    // A right password was no guess: an office behind one address comes in without waiting for one another.
    if let Some((Rate::Login, whose)) = &counted
        && reply.as_ref().is_ok_and(|reply| reply.status < 400)
    {
        call.site.rates.give_back(Rate::Login, whose);
    }
    reply
}

/// What a request counts as, and for whom. Whoever tries passwords is counted by network, also with an account of his own.
fn counted(call: &Call) -> Option<(Rate, Whose)> {
    let rate = match call.route.rate {
        Rate::None if call.route.uploads && call.content_type() == "multipart/form-data" => Rate::Upload,
        rate => rate,
    };
    if rate == Rate::None || !call.city.limits.rate_limit_public {
        return None;
    }
    let whose = match call.ctx.user() {
        Some(user) if rate != Rate::Login => Whose::Account(user.to_string()),
        _ => Whose::network(call.remote),
    };
    Some((rate, whose))
}

/// Recognises the caller: a token in the header, else the browser's session. A bad token is never overlooked.
fn authenticate(call: &mut Call) -> Result<()> {
    let hooks = call.site.hooks;
    let found = if let Some(line) = call.header("authorization") {
        let token = line.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(Error::new(Kind::SignIn, "授权方式须是 Bearer 令牌"));
        };
        // Pages are for people: with a token of an administrator nobody shall open accounts by their forms.
        if call.route.face == Face::Page && call.route.method == Method::Post {
            return Err(Error::denied("接口令牌只用于接口，不能办理页面上的操作"));
        }
        let found = call.read(|tx| (hooks.bearer)(tx, &call.ctx, token.trim()))?;
        Some(found.ok_or_else(|| Error::new(Kind::SignIn, "令牌无效或已到期"))?)
    } else if let Some(token) = cookie::read(&call.headers, cookie::SESSION) {
        call.read(|tx| (hooks.session)(tx, &call.ctx, token))?
    } else {
        None
    };
    let Some(SignedIn { actor, session, touch }) = found else { return Ok(()) };
    // When it was last used is worth no refusal: what can be read is read where nothing can be written.
    if touch && let Err(error) = call.keep(|tx| (hooks.touch)(tx, &call.ctx, &session)) {
        tracing::warn!(error = %error.log_line(), "the last use was not noted");
    }
    call.ctx.actor = actor;
    call.session = Some(session);
    Ok(())
}

/// The public listener is for the public, associations and companies: what a person may do in a unit does not count there.
fn set_aside_office(actor: &mut Actor) {
    if let Actor::Person { posts, .. } = actor {
        posts.retain(|post| post.kind != OfficeKind::Unit);
    }
}

/// An act that rests on a cookie must come from a page of ours; one that rests on a token cannot be forged, and one that rests on
/// nothing must not come from a page of somebody else, who would act by all who visit it.
fn check_csrf(call: &Call) -> Result<()> {
    let api = call.route.face == Face::Api;
    let by_token = call.header("authorization").is_some();
    if call.route.method == Method::Get || (api && by_token) {
        return Ok(());
    }
    call.check_origin()?;
    if api && call.session.is_none() {
        return Ok(());
    }
    let sent = match call.header("x-csrf-token") {
        Some(token) => token,
        None if call.route.face == Face::Api => "",
        None => call.filled()?.get("csrf"),
    };
    if csrf::fits(sent, call.secret()) { Ok(()) } else { Err(Error::denied(STALE)) }
}

fn fail(call: &Call, error: &Error) -> Reply {
    let (request, act) = (&call.ctx.request, &*call.route.act);
    match error.kind() {
        Kind::Internal => tracing::error!(%request, act, error = %error.log_line(), "failed"),
        Kind::TooMany => security::note(&call.ctx, "refused", act, ""),
        Kind::Busy | Kind::Unsure => tracing::warn!(%request, act, error = %error.log_line(), "busy"),
        _ => {}
    }
    match call.route.face {
        Face::Api => problem::api(error, request),
        Face::Asset => problem::bare(error, request),
        Face::Page => catch_unwind(AssertUnwindSafe(|| problem::page(call, error)))
            .unwrap_or_else(|_| problem::bare(error, request)),
    }
}

/// Adds what depends on the call: cookies that were needed, and how long the answer may be kept.
fn finish(call: &Call, mut reply: Reply) -> Reply {
    if let Some(secret) = call.guest.get()
        && cookie::read(&call.headers, cookie::GUEST).is_none()
    {
        reply.cookies.push(Cookie::new(cookie::GUEST, secret.clone()));
    }
    let says_new = reply.cookies.iter().any(|c| c.name == cookie::FLASH);
    if call.flash_shown.get() && !says_new {
        reply.cookies.push(Cookie::gone(cookie::FLASH));
    }
    reply.keep_private(call.session.is_some(), call.route.face == Face::Page);
    reply
}
