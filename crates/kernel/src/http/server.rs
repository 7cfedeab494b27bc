//! The listeners: connections with limits of their own, one service, and a stop that lets running requests end.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use crate::http::connections::{Connections, Draining};
use crate::http::edge::edge;
use crate::http::site::{Listener, Site};

/// How long requests may go on after a stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a connection may be silent before its next request has been announced.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes of a request's head at most; a browser sends two thousand.
const HEAD: usize = 32 << 10;

/// The service of one listener; tests call it without a socket.
pub fn router(site: Arc<Site>, listener: Listener) -> Router {
    // Small answers grow by compression, pictures do not shrink. Of a page made for one reader level 1 costs a fifth
    // of the time of level 5 and some hundred bytes more; files that are sent a thousand times are packed beforehand.
    let worth = SizeAbove::new(860)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::new("application/pdf"))
        .and(NotForContentType::new("application/octet-stream"));
    let compress = CompressionLayer::new().quality(CompressionLevel::Precise(1)).compress_when(worth);
    Router::new().fallback(move |request: Request| edge(site.clone(), listener, request)).layer(compress)
}

/// Serves until `stop` is done, then lets running requests end for at most ten seconds.
pub async fn serve(
    site: Arc<Site>,
    listeners: Vec<(TcpListener, Listener)>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (told, tell) = watch::channel(false);
    let mut tasks = tokio::task::JoinSet::new();
    let connections = Connections::of(&site);
    for (socket, listener) in listeners {
        tasks.spawn(accept(site.clone(), socket, listener, connections.clone(), tell.clone()));
    }
    stop.await;
    site.set_accepting(false);
    let _ = told.send(true);
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        tracing::warn!("some requests were still running after {} s and were cut off", DRAIN.as_secs());
    }
    Ok(())
}

/// Takes connections until told to stop, then waits for those that are being answered.
async fn accept(
    site: Arc<Site>,
    socket: TcpListener,
    listener: Listener,
    connections: Arc<Connections>,
    mut tell: watch::Receiver<bool>,
) {
    let (service, running) = (router(site.clone(), listener), GracefulShutdown::new());
    loop {
        let next = async { Some((connections.place(listener).await?, socket.accept().await)) };
        let next = tokio::select! {
            next = next => next,
            _ = tell.wait_for(|stop| *stop) => break,
        };
        let (place, stream, peer) = match next {
            None => break,
            Some((place, Ok((stream, peer)))) => (place, stream, peer),
            Some((_, Err(error))) => {
                connections.failed(&error);
                // Out of files, most likely: what is running must end first.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(share) = connections.of_address(&site, peer) else { continue };
        let _ = stream.set_nodelay(true);
        let (service, begun) = (service.clone(), Arc::new(AtomicBool::new(false)));
        let asked = begun.clone();
        let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            service.clone().oneshot(request)
        });
        let patience = site.settings.patience;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(SILENCE)
            .max_buf_size(HEAD)
            .serve_connection(TokioIo::new(Draining::new(stream, patience.unread)), answer);
        let connection = running.watch(connection);
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = match tokio::time::timeout(patience.first, &mut connection).await {
                Err(_) if !begun.load(Ordering::Relaxed) => return,
                Err(_) => connection.await,
                Ok(ended) => ended,
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((place, share));
        });
    }
    drop(socket);
    running.shutdown().await;
}

/// Waits for the request to stop: SIGTERM or ctrl-c.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
