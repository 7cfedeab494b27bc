//! What stands between the caller and us: whose word is believed on who calls, and by which name the site was asked.

use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;
use parking_lot::Mutex;

/// The public address of the site: scheme and host, with a port where it is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    scheme: &'static str,
    host: String,
}

impl Address {
    /// Host, and the port where it is not the usual one.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether a browser names it so as the origin of a page.
    pub(super) fn is_origin(&self, scheme: &str, host: &str) -> bool {
        self.scheme == scheme && self.host == host
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads an address as a deployer writes it; the sentence says how it is written.
    fn from_str(text: &str) -> Result<Address, String> {
        let wrong = || {
            format!(
                "公开网址“{text}”写法不对，应形如 https://shq.example.cn，后面不带路径；中文域名写成 xn-- 开头的形式"
            )
        };
        let (scheme, rest) = origin(text.trim().trim_end_matches('/')).ok_or_else(wrong)?;
        let scheme = match scheme.as_str() {
            "https" => "https",
            "http" => "http",
            _ => return Err(wrong()),
        };
        Ok(Address { scheme, host: rest })
    }
}

/// Scheme and host of an origin, both in their one written form.
pub(super) fn origin(text: &str) -> Option<(String, String)> {
    let (scheme, rest) = text.split_once("://")?;
    Some((scheme.to_ascii_lowercase(), host(rest)?))
}

/// A host in its one written form: small letters, without the ports that browsers leave out; `None` where it is none.
fn host(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port.parse::<u16>().ok()?)),
        _ => (text.as_str(), None),
    };
    let six = name.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
    let sound = match six {
        Some(six) => six.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        }
    };
    sound.then(|| match port {
        None | Some(80 | 443) => name.to_owned(),
        Some(port) => format!("{name}:{port}"),
    })
}

/// The address of the caller: that of the connection, or the rightmost hop that is no proxy of ours. A hop that cannot be
/// read ends the search: what stands to the left of it was written by nobody we know.
pub(super) fn caller(peer: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusts(proxies, peer) {
        return peer;
    }
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        let Ok(line) = line.to_str() else { return peer };
        for written in line.rsplit(',').map(str::trim).filter(|hop| !hop.is_empty()) {
            match hop(written) {
                Some(address) if trusts(proxies, address) => {}
                Some(address) => return address,
                None => return peer,
            }
        }
    }
    peer
}

/// Whether an address is a proxy of ours. A listener for both kinds of addresses sees the old kind inside the new one.
pub(super) fn trusts(proxies: &[IpAddr], address: IpAddr) -> bool {
    proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical())
}

/// Reads one hop: an address, in brackets or not, with a port or without.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).filter(|t| t.contains(':'));
    let address = bare.unwrap_or(text).parse::<IpAddr>();
    let address = address.or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// The host that the browser asked for, in its one written form; "" where it cannot be read.
pub(super) fn asked_host(peer: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let forwarded = text("x-forwarded-host").filter(|_| trusts(proxies, peer));
    let first = forwarded.and_then(|line| line.split(',').next()).and_then(host);
    first.or_else(|| text("host").and_then(host)).unwrap_or_default()
}

/// Connections that speak of other callers and are no proxy of ours; most likely one was forgotten in the configuration.
#[derive(Default)]
pub(super) struct Strangers(Mutex<HashSet<IpAddr>>);

/// Strangers remembered at most: whoever likes may send the header.
const STRANGERS: usize = 100;

impl Strangers {
    /// Whether this one must be told of: it is new, and there are not too many already.
    pub fn meets(&self, peer: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> bool {
        if !headers.contains_key("x-forwarded-for") || trusts(proxies, peer) {
            return false;
        }
        let mut known = self.0.lock();
        known.len() < STRANGERS && known.insert(peer.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    const OURS: [&str; 4] = ["127.0.0.1", "10.0.0.2", "::1", "fd00::2"];

    fn ours() -> Vec<IpAddr> {
        OURS.iter().map(|text| at(text)).collect()
    }

    #[test]
    fn the_rightmost_hop_that_is_no_proxy_of_ours_calls() {
        for (peer, lines, caller_is) in [
            ("127.0.0.1", &[][..], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.8"], "203.0.113.8"),
            ("127.0.0.1", &["203.0.113.8:51234"], "203.0.113.8"),
            ("127.0.0.1", &["6.6.6.6, 203.0.113.8:51234, 10.0.0.2:80"], "203.0.113.8"),
            ("127.0.0.1", &["2001:db8::8"], "2001:db8::8"),
            ("127.0.0.1", &["[2001:db8::8]"], "2001:db8::8"),
            ("127.0.0.1", &["[2001:db8::8]:51234, [fd00::2]:443"], "2001:db8::8"),
            ("::1", &["::ffff:203.0.113.8"], "203.0.113.8"),
            ("::ffff:127.0.0.1", &["203.0.113.8,::ffff:10.0.0.2"], "203.0.113.8"),
            ("::ffff:203.0.113.9", &["6.6.6.6"], "203.0.113.9"),
            ("127.0.0.1", &["6.6.6.6", "203.0.113.8", "10.0.0.2"], "203.0.113.8"),
            ("127.0.0.1", &["6.6.6.6 ,203.0.113.8 , ", ""], "203.0.113.8"),
            ("203.0.113.9", &["6.6.6.6"], "203.0.113.9"),
            ("127.0.0.1", &["10.0.0.2, ::1"], "127.0.0.1"),
        ] {
            let pairs: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            assert_eq!(caller(at(peer), &ours(), &headers(&pairs)), at(caller_is), "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_hop_that_cannot_be_read_is_never_passed_over() {
        for unread in [
            "unknown",
            "_hidden",
            "203.0.113.8:99999",
            "203.0.113",
            "[203.0.113.8]",
            "[::1",
            "a.cn:80",
            "局域网",
            "-",
        ] {
            for lines in [
                &[&*format!("6.6.6.6, {unread}")][..],
                &["6.6.6.6", unread],
                &["6.6.6.6", unread, "10.0.0.2"],
            ] {
                let pairs: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
                let found = caller(at("127.0.0.1"), &ours(), &headers(&pairs));
                assert_eq!(found, at("127.0.0.1"), "{lines:?}");
            }
        }
    }

    #[test]
    fn the_name_that_was_asked_for_comes_from_the_browser_or_from_a_proxy_of_ours() {
        let (proxy, stranger) = ("127.0.0.1", "203.0.113.9");
        for (peer, pairs, asked) in [
            (stranger, &[("host", "Shq.CN:443")][..], "shq.cn"),
            (stranger, &[("host", "shq.cn:80")], "shq.cn"),
            (stranger, &[("host", "shq.cn:8080")], "shq.cn:8080"),
            (stranger, &[("host", "[::1]:8080")], "[::1]:8080"),
            (stranger, &[("host", "[::1]")], "[::1]"),
            (stranger, &[("host", "shq.cn"), ("x-forwarded-host", "evil.cn")], "shq.cn"),
            (proxy, &[("host", "backend:8080"), ("x-forwarded-host", "shq.cn, inner.cn")], "shq.cn"),
            (proxy, &[("host", "backend:8080"), ("x-forwarded-host", "shq.cn:443")], "shq.cn"),
            (proxy, &[("host", "backend:8080"), ("x-forwarded-host", "")], "backend:8080"),
            (proxy, &[("host", "<b>")], ""),
            (proxy, &[("host", "shq.cn/evil")], ""),
            (proxy, &[], ""),
        ] {
            assert_eq!(asked_host(at(peer), &ours(), &headers(pairs)), asked, "{peer} {pairs:?}");
        }
    }

    #[test]
    fn a_public_address_has_one_written_form() {
        for (text, form) in [
            ("https://shq.example.cn", "https://shq.example.cn"),
            (" HTTPS://Shq.Example.CN/ ", "https://shq.example.cn"),
            ("https://shq.example.cn:443", "https://shq.example.cn"),
            ("http://10.1.2.3:80", "http://10.1.2.3"),
            ("http://10.1.2.3:8080/", "http://10.1.2.3:8080"),
            ("http://[fd00::8]:8080", "http://[fd00::8]:8080"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), form);
        }
        for bad in [
            "",
            "shq.example.cn",
            "ftp://shq.cn",
            "https://",
            "https://shq.cn/a",
            "https://a@shq.cn",
            "https://市.中国",
            "https://shq.cn:x",
            "https://shq.cn?x",
            "https://[shq]",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_forgotten_proxy_is_told_of_once_and_strangers_fill_no_log() {
        let (strangers, sent) = (Strangers::default(), headers(&[("x-forwarded-for", "203.0.113.8")]));
        assert!(!strangers.meets(at("10.9.9.9"), &ours(), &HeaderMap::new()));
        assert!(!strangers.meets(at("10.0.0.2"), &ours(), &sent), "a proxy of ours");
        assert!(strangers.meets(at("10.9.9.9"), &ours(), &sent));
        assert!(!strangers.meets(at("::ffff:10.9.9.9"), &ours(), &sent), "the same one");
        let told =
            (0..1_000_u32).filter(|n| strangers.meets(IpAddr::V4((*n).into()), &ours(), &sent)).count();
        assert_eq!(told, STRANGERS - 1);
    }
}
