//! Serving a city: the site on its listeners and the worker beside it, until somebody asks it to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use huitong_features::hooks;
use huitong_kernel::city::City;
use huitong_kernel::http::{self, Assets, Listener, Settings, Site};
use tokio::net::TcpListener;

use crate::embedded::ASSETS;
use crate::house;
use crate::out::{Failure, why};

/// An address, and what is served there.
pub type Listening = (SocketAddr, Listener);

/// Threads that take requests, at the least; all but one may answer a read themselves.
const THREADS: usize = 4;

/// The site of a city.
pub fn site(city: &Arc<City>, settings: Settings) -> Arc<Site> {
    Site::new(city.clone(), hooks(), Assets::new(ASSETS), settings)
}

/// Reads an address as a deployer writes it.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let whole = if text.starts_with(':') {
        format!("0.0.0.0{text}")
    } else {
        text.replace("localhost:", "127.0.0.1:")
    };
    whole.parse().map_err(|_| format!("监听地址“{text}”写法不对，应形如 127.0.0.1:8080"))
}

/// The address as a browser on this machine opens it.
pub fn url(https: bool, at: SocketAddr) -> String {
    let scheme = if https { "https" } else { "http" };
    let host = match at.ip() {
        ip if ip.is_unspecified() => String::from("127.0.0.1"),
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("{scheme}://{host}:{}", at.port())
}

/// Serves until SIGTERM; `ready` is told the first listener's address as soon as requests are taken.
pub fn serve(
    city: &Arc<City>,
    settings: Settings,
    listeners: &[Listening],
    ready: impl FnOnce(SocketAddr) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let threads = THREADS.max(2 * std::thread::available_parallelism().map_or(1, usize::from));
    let connections = http::raise_file_limit();
    let site = site(city, Settings { at_hand: threads - 1, connections, ..settings });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(threads)
        .max_blocking_threads(256)
        .build()?;
    let mut sockets = Vec::new();
    for (address, listener) in listeners {
        let bound = runtime.block_on(TcpListener::bind(address));
        let socket = bound.map_err(|e| Failure::Wrong(format!("不能在 {address} 上监听：{}", why(&e))))?;
        sockets.push((socket, *listener));
    }
    let first = match sockets.first() {
        Some((socket, _)) => socket.local_addr()?,
        None => return Err(Failure::Wrong(String::from("没有监听地址"))),
    };
    let working = Arc::new(house::worker()).start(city)?;
    // The signal is caught before anybody is told that we are ready.
    let served = runtime.block_on(async {
        let stop = http::stop_signal();
        tokio::pin!(stop);
        let caught =
            std::future::poll_fn(|cx| std::task::Poll::Ready(stop.as_mut().poll(cx).is_ready())).await;
        ready(first)?;
        if caught { Ok(()) } else { Ok(http::serve(site, sockets, stop).await?) }
    });
    working.stop();
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    served
}
