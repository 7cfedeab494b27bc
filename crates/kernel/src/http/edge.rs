//! The edge: reads a request within its limits, hands it to one thread, and puts the same guards on every answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt as _;

use crate::error::{Error, Kind, Result};
use crate::fate::Fate;
use crate::http::arrive::{ARRIVE, Arrived, arrive};
use crate::http::call::Call;
use crate::http::gate::{self, Incoming};
use crate::http::reply::{Reply, Said};
use crate::http::route::{Face, Method, Route, Side, api, page};
use crate::http::site::{Listener, Site};
use crate::http::table::{Found, Matched};
use crate::http::{health, proxy};

/// Of a body that is not wanted, so many bytes are read away, for as long as one may take to arrive: whoever sends first and
/// reads then would get no answer, because closing on what was not read throws the answer away, too.
const AWAY: usize = 64 << 20;

const GUARDS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Answers one request.
pub(super) async fn edge(site: Arc<Site>, listener: Listener, request: Request) -> Response {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let (method, head) = (parts.method.clone(), parts.method == http::Method::HEAD);
    let reads = head || method == http::Method::GET;
    let (mut response, matched, request_id) =
        if let (true, Some(asset)) = (reads, site.assets.get(parts.uri.path())) {
            read_away(&parts.headers, body);
            (asset.answer(&parts.headers).map(Body::from), None, String::new())
        } else if reads && parts.uri.path() == "/healthz" {
            read_away(&parts.headers, body);
            (well(&site, listener).await, None, String::new())
        } else {
            dispatch(&site, listener, parts, body).await
        };
    guard(&site, response.headers_mut());
    let (status, took) = (response.status().as_u16(), began.elapsed());
    if !request_id.is_empty() {
        site.metrics.count(matched.as_ref(), status, took);
        // The pattern, never the address: addresses carry numbers and codes of people.
        let route = matched.as_ref().and_then(Matched::route).map_or("-", |r| &*r.path);
        let ms = took.as_millis();
        tracing::info!(target: "huitong::request", %method, route, status, %ms, request = %request_id);
    }
    if head {
        let length = response.body().size_hint().exact().unwrap_or(0);
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        *response.body_mut() = Body::empty();
    }
    response
}

async fn dispatch(
    site: &Arc<Site>,
    listener: Listener,
    parts: Parts,
    mut body: Body,
) -> (Response, Option<Matched>, String) {
    let path = parts.uri.path().to_owned();
    // One policy for the whole request: the table that is matched, the rights that are asked, the pack that decides.
    let policy = site.city.policy();
    let (remote, host) = caller(site, &parts);
    let mut incoming = Incoming {
        site: site.clone(),
        policy: policy.clone(),
        listener,
        route: nowhere(&path, &parts.method),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        params: Vec::new(),
        body: Bytes::new(),
        filled: None,
        remote,
        host,
        refused: None,
        fate: Arc::default(),
        headers: parts.headers,
        path,
    };
    let (mut place, mut allow) = (None, None);
    match policy.routes.find(&parts.method, &incoming.path) {
        Ok(Found::Route(_, route, _)) if listener == Listener::Public && route.side == Side::Staff => {
            incoming.refused = Some(Error::missing());
        }
        Ok(Found::Route(found, route, params)) => {
            (place, incoming.route, incoming.params) = (Some(found), route.clone(), params);
        }
        Ok(Found::Method(methods)) => {
            allow = Some(methods);
            incoming.refused = Some(Error::new(Kind::Method, "这个地址不支持这种请求方法"));
        }
        Ok(Found::Nothing) => incoming.refused = Some(Error::missing()),
        Err(error) => incoming.refused = Some(error),
    }
    let mut held = None;
    if incoming.refused.is_none() && incoming.route.method == Method::Post {
        match arrive(site, incoming.remote, &incoming.route, &incoming.headers, &mut body).await {
            Ok(Arrived { bytes, filled, held: takes }) => {
                (incoming.body, incoming.filled, held) = (bytes, filled, Some(takes));
            }
            Err(error) => incoming.refused = Some(error),
        }
    }
    read_away(&incoming.headers, body);
    let asked = incoming.clone();
    let (reply, request_id) = match tokio::time::timeout(site.settings.timeout, run(site, incoming)).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => gate::unanswered(asked, &error),
        Err(_) => {
            let error = late(&asked.fate);
            gate::unanswered(asked, &error)
        }
    };
    drop(held);
    let mut response = respond(reply, site.city.limits.secure_cookies);
    if let Some(methods) = allow {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    (response, place.map(|place| Matched { policy, place }), request_id)
}

/// What can be said of a request that takes too long: that nothing is saved only where nothing can be any more.
fn late(fate: &Fate) -> Error {
    let detail = "the request took too long";
    if fate.cut() { Error::busy(detail) } else { Error::unsure(detail) }
}

/// Hands the request to one thread; the place is given back when the work is done, also where nobody waits any more.
///
/// What a program reads of the embedded database waits for nobody (a page may first note that its session is in use), so it
/// is answered where it came in while other threads are left to take requests. The timeout cannot cut it off.
async fn run(site: &Arc<Site>, incoming: Incoming) -> Result<(Reply, String)> {
    if incoming.route.method == Method::Get
        && incoming.route.face == Face::Api
        && site.city.db.is_embedded()
        && let Ok(_here) = site.at_hand.try_acquire()
    {
        return catch_unwind(AssertUnwindSafe(|| gate::answer(incoming)))
            .map_err(|_| Error::internal("a request panicked where it came in"));
    }
    let place = site.places.enter(incoming.listener, incoming.route.method).await?;
    let work = move || {
        let done = gate::answer(incoming);
        drop(place);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal(format!("the request's thread: {e}")))
}

/// Reads what has not arrived yet of a body beside the answer. Who asks before sending is told no, and sends nothing.
fn read_away(headers: &HeaderMap, mut body: Body) {
    if body.is_end_stream() || headers.contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(tokio::time::timeout(ARRIVE, async move {
        let mut left = AWAY;
        while let Some(Ok(frame)) = body.frame().await {
            match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
                Some(less) => left = less,
                None => return,
            }
        }
    }));
}

/// Who calls, and the host that was asked for.
fn caller(site: &Site, parts: &Parts) -> (IpAddr, String) {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
    let (proxies, headers) = (&site.settings.proxies, &parts.headers);
    if site.strangers.meets(peer, proxies, headers) {
        tracing::warn!(%peer, "X-Forwarded-For from a peer that is not in [server] proxies; it counts as the caller");
    }
    (proxy::caller(peer, proxies, headers), proxy::asked_host(peer, proxies, headers))
}

/// Stands in for a route where there is none, so that the answer still has the right face; made once for each method of
/// each face.
fn nowhere(path: &str, method: &http::Method) -> Arc<Route> {
    fn absent(_: &Call) -> Result<Reply> {
        Err(Error::missing())
    }
    type Ways = [Arc<Route>; 2];
    static PAGE: LazyLock<Ways> =
        LazyLock::new(|| [Method::Get, Method::Post].map(|method| Arc::new(page(method, "-", "-", absent))));
    static API: LazyLock<Ways> =
        LazyLock::new(|| [Method::Get, Method::Post].map(|method| Arc::new(api(method, "-", "-", absent))));
    let [get, post] = if path.starts_with("/api/") { &*API } else { &*PAGE };
    if *method == http::Method::POST { post.clone() } else { get.clone() }
}

fn respond(reply: Reply, secure: bool) -> Response {
    let body = match reply.body {
        Said::Bytes(bytes) => Body::from(bytes),
        Said::File(file) => Body::new(file.pieces()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        response.headers_mut().append(name, value);
    }
    for cookie in reply.cookies {
        if let Ok(line) = HeaderValue::from_str(&cookie.line(secure)) {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
    }
    response
}

fn guard(site: &Site, headers: &mut HeaderMap) {
    for (name, value) in GUARDS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if site.city.limits.secure_cookies {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

async fn well(site: &Arc<Site>, listener: Listener) -> Response {
    let ails = health::ails(site).await;
    let good = ails.is_none();
    let words = match ails {
        None => String::from("ok\n"),
        // Why is for those who run the machine; it is in the log, too.
        Some(why) if listener == Listener::Staff => format!("not accepting: {why}\n"),
        Some(_) => String::from("not accepting\n"),
    };
    let mut response = Response::new(Body::from(words));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !good {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}
