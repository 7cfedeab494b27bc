//! Bodies that are not wanted, as they come over a wire: whoever sends all of it is answered, whoever never ends is cut off.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::city::Town;

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
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
