//! Bodies that are not wanted, as they come over a wire: whoever sends all of it is answered, whoever never ends is cut off.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::city::Town;
use crate::city::Limits;
use crate::http::{Patience, Settings};

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// The same from another address of this machine.
fn connect_from(from: [u8; 4], address: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(address).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends the head and the whole body before it reads; answers the first line.
fn sent_first(address: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(format!("{head}\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn whoever_sends_all_of_an_unwanted_body_is_answered_every_time() {
    Town::new().serving(|address| {
        let large = vec![b'x'; 6 << 20];
        let length = format!("content-length: {}", large.len());
        let mut chunked = format!("{:x}\r\n", large.len()).into_bytes();
        chunked.extend(&large);
        chunked.extend(b"\r\n0\r\n\r\n");
        let json = "POST /api/v1/opinions HTTP/1.1\r\ncontent-type: application/json";
        for (head, body, status) in [
            (format!("{json}\r\n{length}"), &large, "413"),
            (format!("{json}\r\ntransfer-encoding: chunked"), &chunked, "413"),
            (format!("POST /form HTTP/1.1\r\n{length}"), &large, "413"),
            (format!("POST /nowhere HTTP/1.1\r\n{length}"), &large, "404"),
            (format!("POST /who HTTP/1.1\r\n{length}"), &large, "405"),
            (format!("GET /who HTTP/1.1\r\n{length}"), &large, "200"),
            (format!("GET /healthz HTTP/1.1\r\n{length}"), &large, "200"),
        ] {
            for _ in 0..6 {
                let line = sent_first(address, &head, body);
                assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {line}");
            }
        }
    });
}

#[test]
fn whoever_asks_before_sending_sends_nothing() {
    Town::new().serving(|address| {
        let mut stream = connect(address);
        let head = "POST /api/v1/opinions HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9000000\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 413"), "{text}");
    });
}

#[test]
fn whoever_never_ends_is_cut_off() {
    Town::new().serving(|address| {
        for length in ["content-length: 999999999999", "transfer-encoding: chunked"] {
            let mut stream = connect(address);
            let head = format!("POST /api/v1/opinions HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            let mut block = b"10000\r\n".to_vec();
            block.extend(vec![b'x'; 0x1_0000]);
            block.extend(b"\r\n");
            let blocks = (0..4_000).take_while(|_| stream.write_all(&block).is_ok()).count();
            assert!(blocks < 4_000, "250 MB were taken: {length}");
        }
    });
}

/// Asks for something small; the first line, or nothing where the connection is closed instead.
fn asked(mut stream: TcpStream) -> String {
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n");
    ended(stream)
}

/// Ends a head; the first line of the answer.
fn ended(mut stream: TcpStream) -> String {
    let mut text = String::new();
    let _ = stream.write_all(b"connection: close\r\n\r\n");
    let _ = stream.read_to_string(&mut text);
    text.lines().next().unwrap_or_default().to_owned()
}

fn patient(settings: Settings) -> Town {
    Town::with(Limits { rate_limit_public: false, ..Limits::default() }, settings)
}

#[test]
fn whoever_connects_and_says_nothing_leaves_room_for_others() {
    let patience = Patience { first: Duration::from_millis(800), ..Patience::default() };
    let settings = Settings { connections: 16, connections_of_one: 8, patience, ..Settings::default() };
    patient(settings).serving_both(|public, staff| {
        let silent: Vec<TcpStream> = (0..20).map(|_| connect(public)).collect();
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(asked(connect(public)), "", "one address has eight connections");
        // Another address fills what is left of the public door; whoever comes now waits, but not those at their desks.
        let others: Vec<TcpStream> = (0..12).map(|_| connect_from([127, 0, 0, 2], public)).collect();
        std::thread::sleep(Duration::from_millis(200));
        assert!(asked(connect_from([127, 0, 0, 3], staff)).starts_with("HTTP/1.1 200"));
        let began = std::time::Instant::now();
        assert!(asked(connect_from([127, 0, 0, 3], public)).starts_with("HTTP/1.1 200"));
        assert!(began.elapsed() < Duration::from_secs(3), "the silent ones are cut off");
        drop((silent, others));
    });
}

#[test]
fn a_proxy_that_is_believed_speaks_for_many() {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let settings = Settings { connections_of_one: 2, proxies, ..Settings::default() };
    patient(settings).serving(|address| {
        let open: Vec<TcpStream> = (0..9).map(|_| connect(address)).collect();
        assert!(open.into_iter().all(|stream| asked(stream).starts_with("HTTP/1.1 200")));
    });
}

#[test]
fn a_head_is_small() {
    Town::new().serving(|address| {
        for (length, taken) in [(16 << 10, true), (64 << 10, false)] {
            let mut stream = connect(address);
            let head = format!("GET /who HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n", "x".repeat(length));
            stream.write_all(head.as_bytes()).unwrap();
            // Whoever goes on sending may find the connection closed before the answer was read.
            assert_eq!(ended(stream).starts_with("HTTP/1.1 200"), taken, "{length}");
        }
    });
}
