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

/// Whether it comes true before long.
fn soon(what: impl Fn() -> bool) -> bool {
    (0..1_500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        what()
    })
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
fn whoever_asks_for_files_and_does_not_read_them_is_cut_off() {
    let patience = Patience { unread: Duration::from_secs(2), ..Patience::default() };
    let town = patient(Settings { patience, ..Settings::default() });
    let site = town.site.clone();
    town.serving(move |address| {
        let unread: Vec<TcpStream> = (0..9)
            .map(|_| {
                let mut stream = connect(address);
                stream.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
                stream
            })
            .collect();
        assert!(soon(|| site.downloads.held() == 8), "one reader is sent eight at once");
        assert!(soon(|| site.downloads.held() == 0), "and none who does not read");
        drop(unread);
        // Whoever reads, however slowly, is sent all of it.
        let mut stream = connect(address);
        stream.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let (mut piece, mut all) = (vec![0; 1 << 20], 0);
        loop {
            match stream.read(&mut piece).unwrap() {
                0 => break,
                n => all += n,
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(all > 32 << 20, "{all}");
    });
}

#[test]
fn bodies_of_strangers_are_small_and_share_one_budget() {
    let town = Town::new();
    let site = town.site.clone();
    town.serving(move |address| {
        let words = |n: usize| "x".repeat(n).into_bytes();
        let head = |path: &str, n: usize| format!("POST {path} HTTP/1.1\r\ncontent-length: {n}");
        let (small, large) = (words(60 << 10), words(70 << 10));
        assert!(sent_first(address, &head("/login", small.len()), &small).starts_with("HTTP/1.1 4"));
        assert!(sent_first(address, &head("/login", large.len()), &large).starts_with("HTTP/1.1 413"));
        // Forty bodies of nearly a megabyte that never end: one network holds 32 MB, whatever it opens.
        let body = words(1_000_000);
        let open: Vec<TcpStream> = (0..40)
            .map(|_| {
                let mut stream = connect(address);
                let head = format!("{}\r\nhost: x\r\n\r\n", head("/form", body.len() + 100));
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(&body).unwrap();
                stream
            })
            .collect();
        assert!(soon(|| site.bodies.held() > 31 << 20), "{}", site.bodies.held());
        std::thread::sleep(Duration::from_millis(100));
        assert!(site.bodies.held() <= 32 << 20, "{}", site.bodies.held());
        drop(open);
        assert!(soon(|| site.bodies.held() == 0));
    });
}

/// The beginning of a form with a text and a file.
const FORM: &str = "--cut\r\ncontent-disposition: form-data; name=\"title\"\r\n\r\n已经写好的话\r\n--cut\r\n\
                    content-disposition: form-data; name=\"files\"; filename=\"a.bin\"\r\n\r\n";

/// Sends the beginning of a form that brings so many bytes of a file.
fn begun(address: SocketAddr, file: usize) -> TcpStream {
    let mut stream = connect(address);
    let length = FORM.len() + file + "\r\n--cut--\r\n".len();
    let head = format!(
        "POST /api/v1/files HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\
         content-type: multipart/form-data; boundary=cut\r\n\r\n{FORM}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// What is answered to a form that comes to its end.
fn answered(mut stream: TcpStream) -> String {
    let _ = stream.write_all(b"\r\n--cut--\r\n");
    said(stream)
}

/// What is answered.
fn said(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_file_comes_over_a_bad_line_and_lies_on_disk_meanwhile() {
    let patience = Patience { grace: Duration::from_millis(300), ..Patience::default() };
    let town = patient(Settings { patience, ..Settings::default() });
    let folder = crate::room::unsent(&town.site.city.data);
    let here = folder.clone();
    town.serving(move |address| {
        // Whoever announces a file and sends nothing of it keeps nobody from sending theirs.
        let silent: Vec<TcpStream> = (0..12).map(|_| begun(address, 1 << 20)).collect();
        let mut stream = begun(address, 200 << 10);
        for _ in 0..10 {
            stream.write_all(&vec![b'x'; 20 << 10]).unwrap();
            std::thread::sleep(Duration::from_millis(100));
        }
        let lying: u64 =
            std::fs::read_dir(&here).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
        assert!(lying > 100 << 10, "{lying}");
        assert_eq!(answered(stream), "已经写好的话|a.bin 204800 true");
        drop(silent);
        // Whoever stops in the middle is told so, and what was typed before is there.
        let mut stream = begun(address, 1 << 20);
        stream.write_all(&[b'x'; 10 << 10]).unwrap();
        let said = said(stream);
        assert!(said.starts_with("已经写好的话|网络太慢"), "{said}");
    });
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "nothing is left of what nobody kept");
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
