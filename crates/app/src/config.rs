//! What a deployer may set in a file: one list of keys that reads, documents and refuses.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use huitong_kernel::city::Limits;
use huitong_kernel::http::{Address, Settings};
use huitong_kernel::pack::did_you_mean;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::out::{Failure, why};

/// The configuration file; every key is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    pub database: Database,
    pub listen: Listen,
    pub public: Public,
    pub server: Server,
    pub log: Log,
}

/// What is noted while it runs, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Log {
    pub format: Format,
    pub security: String,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// Where the database is, where it is not the embedded one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Database {
    pub url: String,
}

/// Addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Listen {
    pub public: String,
    pub staff: String,
}

/// What callers without login may do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Public {
    pub rate_limit: Switch,
}

/// On or off, as words: a load test must not switch a guard off by a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

/// How requests are taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Server {
    #[serde(deserialize_with = "public_address")]
    pub address: Option<Address>,
    pub https: bool,
    pub proxies: Vec<IpAddr>,
    pub upload_mb: u16,
    pub unsent_mb: u32,
    pub reserve_mb: u32,
    pub at_once: u16,
    pub timeout_seconds: u16,
    pub connections_of_one: u16,
}

impl Default for Public {
    fn default() -> Public {
        Public { rate_limit: Switch::On }
    }
}

impl Default for Server {
    fn default() -> Server {
        Server {
            address: None,
            https: false,
            proxies: Vec::new(),
            upload_mb: 20,
            unsent_mb: 2_048,
            reserve_mb: 0,
            at_once: 64,
            timeout_seconds: 30,
            connections_of_one: 100,
        }
    }
}

/// An empty text says no address, as it does for the listeners.
fn public_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Address>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

/// A key with its default as written in TOML, and what it means.
struct Key {
    table: &'static str,
    name: &'static str,
    default: &'static str,
    about: &'static str,
}

const KEYS: &[Key] = &[
    Key {
        table: "database",
        name: "url",
        default: "\"\"",
        about: "PostgreSQL 的地址，如 \"postgres://用户:密码@主机/库名\"；含密码，这个文件只让运行账户读。空着用文件夹里的嵌入式数据库；--database 和环境变量 HUITONG_DATABASE 优先，其他命令只看它们。后面可以加 ?sslmode=require&sslrootcert=CA证书文件 加密连接，connections=40 限定连接数（默认 72，要比 at_once 多 8）。",
    },
    Key {
        table: "listen",
        name: "public",
        default: "\"\"",
        about: "公众端的监听地址，如 \"0.0.0.0:8080\"；只提供公开页面、协会和企业页面。空着表示不单设。",
    },
    Key {
        table: "listen",
        name: "staff",
        default: "\"\"",
        about: "工作人员端的监听地址，提供全部页面。命令里的 --listen 顶替没有写的那一个；两个都没有写，就在 --listen 上提供全部页面。",
    },
    Key {
        table: "public",
        name: "rate_limit",
        default: "\"on\"",
        about: "对登录、提交、查询、上传的频率限制，没有登录的按网络、登录了的按账户计：\"on\" 或 \"off\"。\"off\" 只用于压力测试。",
    },
    Key {
        table: "server",
        name: "address",
        default: "\"\"",
        about: "公众打开系统用的网址，如 \"https://shq.example.cn\"，后面不带路径。回执、开通链接上印它，表单只收它和所打开的主机名下页面的提交；前面有代理的应当填写。空着就用浏览器打开的主机名。",
    },
    Key {
        table: "server",
        name: "https",
        default: "false",
        about: "页面是否只通过 HTTPS 访问（由前面的代理提供）；为 true 时 Cookie 加 Secure 标记。",
    },
    Key {
        table: "server",
        name: "proxies",
        default: "[]",
        about: "可信代理的 IP 地址，如 [\"10.0.0.2\"]；只有它们转来的 X-Forwarded-For、X-Forwarded-Host 才被采信；没有写全的，日志里有一行提醒。",
    },
    Key {
        table: "server", name: "upload_mb", default: "20", about: "一次提交的附件合计最多多少 MB。"
    },
    Key {
        table: "server",
        name: "unsent_mb",
        default: "2048",
        about: "选好了附件还没有提交的表单，附件合计最多占多少 MB；占满后先去掉最早的。未登录的保留 2 小时，登录的保留 48 小时。",
    },
    Key {
        table: "server",
        name: "reserve_mb",
        default: "0",
        about: "磁盘上给文字和登录留多少 MB；剩余空间少于它时不收附件。0 表示 1024 MB 和磁盘的二十分之一中较大的。",
    },
    Key { table: "server", name: "at_once", default: "64", about: "同时处理的请求数。" },
    Key {
        table: "server", name: "timeout_seconds", default: "30", about: "一个请求最多处理多少秒。"
    },
    Key {
        table: "server",
        name: "connections_of_one",
        default: "100",
        about: "同一个 IP 地址最多同时有多少个连接，可信代理不限；许多人共用一个出口地址的，应当调大。",
    },
    Key {
        table: "log",
        name: "format",
        default: "\"text\"",
        about: "日志的格式：\"text\" 或每行一个 JSON 的 \"json\"；环境变量 HUITONG_LOG_FORMAT 优先。",
    },
    Key {
        table: "log",
        name: "security",
        default: "\"\"",
        about: "安全日志另存的文件，如 \"/var/log/huitong/security.log\"：登录、登录失败、暂停和解除、被限制的访问、令牌、密码、任职各一行，用户名只写摘要。空着就和其他日志写在一起。",
    },
];

/// The file with every key at its default: `docs/generated/config.toml`.
pub fn documented() -> String {
    let mut text =
        String::from("# huitong serve --config 的配置文件。每一项都可以不写；这里写的是默认值。\n");
    let mut table = "";
    for key in KEYS {
        if key.table != table {
            table = key.table;
            let _ = writeln!(text, "\n[{table}]");
        }
        let _ = writeln!(text, "# {}\n{} = {}", key.about, key.name, key.default);
    }
    text
}

impl Config {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Config, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| Failure::Wrong(format!("打不开配置文件 {}：{}", path.display(), why(&e))))?;
        Config::parse(&text).map_err(|words| Failure::Wrong(format!("配置文件 {}：{words}", path.display())))
    }

    /// Reads the text of a file; what nobody knows is refused with the nearest known key.
    pub fn parse(text: &str) -> Result<Config, String> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| in_words(&e, text))?;
        let unknown: Vec<String> = table.iter().filter_map(|(name, value)| unknown(name, value)).collect();
        if !unknown.is_empty() {
            return Err(unknown.join("；"));
        }
        let config: Config = toml::from_str(text).map_err(|e| in_words(&e, text))?;
        let server = &config.server;
        let none = [
            ("at_once", server.at_once),
            ("timeout_seconds", server.timeout_seconds),
            ("upload_mb", server.upload_mb),
            ("connections_of_one", server.connections_of_one),
        ];
        if let Some((name, _)) = none.into_iter().find(|(_, value)| *value == 0) {
            return Err(format!("[server] 的 {name} 不能是 0"));
        }
        match &server.address {
            Some(address) if server.https && !address.is_https() => {
                Err(String::from("[server] 的 https 是 true，address 应以 https:// 开头"))
            }
            _ => Ok(config),
        }
    }

    /// What the city must know of it.
    pub fn limits(&self) -> Limits {
        Limits {
            rate_limit_public: self.public.rate_limit == Switch::On,
            upload_bytes: usize::from(self.server.upload_mb) << 20,
            unsent_bytes: u64::from(self.server.unsent_mb) << 20,
            reserve_bytes: Some(u64::from(self.server.reserve_mb) << 20).filter(|bytes| *bytes > 0),
            secure_cookies: self.server.https,
        }
    }

    /// What the edge must know of it.
    pub fn settings(&self) -> Settings {
        Settings {
            at_once: usize::from(self.server.at_once),
            timeout: Duration::from_secs(u64::from(self.server.timeout_seconds)),
            connections_of_one: usize::from(self.server.connections_of_one),
            proxies: self.server.proxies.clone(),
            address: self.server.address.clone(),
            ..Settings::default()
        }
    }
}

/// What is wrong with the keys of one table.
fn unknown(name: &str, value: &toml::Value) -> Option<String> {
    let mut tables: Vec<&str> = KEYS.iter().map(|key| key.table).collect();
    tables.dedup();
    if !tables.contains(&name) {
        return Some(format!("没有“{name}”这一组，{}", did_you_mean(name, tables)));
    }
    let Some(table) = value.as_table() else {
        return Some(format!("“{name}”是一组设置，应写成 [{name}]"));
    };
    let known = || KEYS.iter().filter(|key| key.table == name).map(|key| key.name);
    let strange: Vec<String> = table
        .keys()
        .filter(|key| !known().any(|known| known == key.as_str()))
        .map(|key| format!("[{name}] 里没有“{key}”，{}", did_you_mean(key, known())))
        .collect();
    (!strange.is_empty()).then(|| strange.join("；"))
}

/// The line of the fault, and the key at it with what it should look like where we know it.
fn in_words(error: &toml::de::Error, text: &str) -> String {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    let name = line.split('=').next().unwrap_or_default().trim().rsplit('.').next().unwrap_or_default();
    match KEYS.iter().find(|key| key.name == name) {
        Some(key) => {
            format!("第 {number} 行“{}”写得不对。{} = {}：{}", line.trim(), key.name, key.default, key.about)
        }
        None => format!("第 {number} 行“{}”不是 TOML 的写法，应形如 名称 = 值", line.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_file_says_the_defaults() {
        assert_eq!(Config::parse(&documented()).unwrap(), Config::default());
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn what_is_set_is_heard() {
        let config =
            Config::parse("public.rate_limit = \"off\"\n[listen]\npublic = \"0.0.0.0:80\"\n").unwrap();
        assert!(!config.limits().rate_limit_public);
        assert_eq!(config.listen.public, "0.0.0.0:80");
        let config = Config::parse("[server]\naddress = \"https://Shq.Example.cn:443/\"\n").unwrap();
        assert_eq!(
            config.settings().address.map(|a| a.to_string()).as_deref(),
            Some("https://shq.example.cn")
        );
    }

    #[test]
    fn faults_are_named_with_a_remedy() {
        for (text, words) in [
            ("[listn]\n", "“listen”"),
            ("[listen]\npublik = \"\"\n", "“public”"),
            ("listen = 3\n", "[listen]"),
            ("[public]\nrate_limit = \"never\"\n", "第 2 行"),
            ("[public]\nrate_limit = off\n", "\"off\""),
            ("[server]\nat_once = \"many\"\n", "同时处理的请求数"),
            ("[server]\ntimeout_seconds = 0\n", "不能是 0"),
            ("[log]\nformat = \"xml\"\n", "每行一个 JSON"),
            ("[server]\naddress = \"shq.example.cn\"\n", "https://shq.example.cn"),
            ("[server]\naddress = \"https://shq.cn/track\"\n", "不带路径"),
            ("[server]\nhttps = true\naddress = \"http://shq.cn\"\n", "应以 https:// 开头"),
            ("nonsense", "第 1 行"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }
}
