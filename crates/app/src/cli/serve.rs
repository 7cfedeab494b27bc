//! `huitong serve`: a city at its address, set up first where the place is empty.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use huitong_kernel::http::Listener;

use crate::config::Config;
use crate::out::{Failure, Out, Outcome};
use crate::place::Place;
use crate::server::{self, Listening, address};

pub const EXAMPLE: &str =
    "示例：\n  huitong serve --listen 127.0.0.1:8080 --data data\n  huitong serve --config huitong.toml";

/// Where, and how.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 监听地址，如 127.0.0.1:8080
    #[arg(long, value_name = "地址", value_parser = address)]
    listen: Option<SocketAddr>,
    /// 配置文件（TOML）；各项说明见 docs/generated/config.toml
    #[arg(long, value_name = "文件")]
    config: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// 文件夹为空时用这个政策包建立城市；不写则用系统自带的
    #[arg(long, value_name = "文件夹")]
    pack: Option<PathBuf>,
    /// 文件夹里留有另一座城市的文件、数据库却不在的，也在这里建立新城市；原来的数据不要了才用
    #[arg(long)]
    new: bool,
}

impl Args {
    pub fn run(self) -> Outcome {
        let config = self.config.as_deref().map_or_else(|| Ok(Config::default()), Config::read)?;
        super::log::start(&config.log)?;
        let listeners = listeners(self.listen, &config)?;
        let pack = self.pack.as_deref().map(super::pack::sound).transpose()?;
        let said = Some(config.database.url.clone()).filter(|url| !url.trim().is_empty());
        let place = Place { database: self.place.database.or(said), ..self.place };
        let (city, is_new) = place.open_to_serve(config.limits(), pack.as_ref(), self.new)?;
        let city = Arc::new(city);
        let out = Out { json: false };
        // Only for a new city: a database that was lost, or taken for empty, must not hand out its administration.
        let invitation = if is_new { super::invite::secret(&city)? } else { None };
        server::serve(&city, config.settings(), &listeners, |at| {
            let inside = listeners.iter().position(|(_, listener)| *listener != Listener::Public);
            let at = match inside {
                Some(place) if place > 0 => listeners[place].0,
                _ => at,
            };
            let url = server::url(config.server.https, at);
            out.say(&format!("{}已就绪：{url}", city.pack().city.product))?;
            if let Some(secret) = invitation {
                // Where the public has a door of its own, its address does not lead to the administrator's.
                let inner = listeners.iter().any(|(_, listener)| *listener == Listener::Public);
                let address = config.server.address.as_ref().filter(|_| !inner);
                let url = address.map_or(url, ToString::to_string);
                out.say(&format!(
                    "还没有系统管理员。请打开这个一次性链接，开通首位管理员：\n{url}/invitation/{secret}"
                ))?;
            }
            Ok(())
        })?;
        Ok(true)
    }
}

/// The addresses: those of the file, where `--listen` stands in for the one that is not said.
fn listeners(listen: Option<SocketAddr>, config: &Config) -> Result<Vec<Listening>, Failure> {
    let said = |text: &str| (!text.is_empty()).then(|| address(text).map_err(Failure::Wrong)).transpose();
    let (public, staff) = (said(&config.listen.public)?, said(&config.listen.staff)?);
    let all = match (public, staff, listen) {
        (None, None, None) => {
            return Err(Failure::Wrong(String::from(
                "请用 --listen 写明监听地址，如 --listen 127.0.0.1:8080",
            )));
        }
        (None, None, Some(listen)) => vec![(listen, Listener::Whole)],
        (Some(public), None, listen) => {
            let mut all = vec![(public, Listener::Public)];
            all.extend(listen.map(|at| (at, Listener::Staff)));
            all
        }
        (None, Some(staff), listen) => {
            let mut all: Vec<_> = listen.map(|at| (at, Listener::Public)).into_iter().collect();
            all.push((staff, Listener::Staff));
            all
        }
        (Some(public), Some(staff), listen) => {
            let mut all = vec![(public, Listener::Public), (staff, Listener::Staff)];
            all.extend(listen.map(|at| (at, Listener::Whole)));
            all
        }
    };
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_stands_in_for_the_one_that_is_not_said() {
        let at = |text: &str| address(text).unwrap();
        let said = |public: &str, staff: &str, listen: Option<&str>| {
            let mut config = Config::default();
            (config.listen.public, config.listen.staff) = (public.into(), staff.into());
            listeners(listen.map(at), &config).map_err(|_| "wrong")
        };
        let (p, s, l) = ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3");
        assert_eq!(said("", "", Some(l)), Ok(vec![(at(l), Listener::Whole)]));
        assert_eq!(said(p, "", Some(l)), Ok(vec![(at(p), Listener::Public), (at(l), Listener::Staff)]));
        assert_eq!(said("", s, Some(l)), Ok(vec![(at(l), Listener::Public), (at(s), Listener::Staff)]));
        assert_eq!(said(p, s, None), Ok(vec![(at(p), Listener::Public), (at(s), Listener::Staff)]));
        assert_eq!(said("", "", None), Err("wrong"));
        assert_eq!(said("nowhere", "", None), Err("wrong"));
    }
}
