//! The home page: what one can do here, how it goes on, within which time.

use askama::Template;
use huitong_codes::search::Terms;
use huitong_kernel::Result;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::Choice;

use super::promise::{self, Promised};
use crate::base::associations;

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/home.html")]
struct HomePage {
    shell: Shell,
    slogan: String,
    /// Associations in the register; opens the list of them.
    associations: i64,
    accepted: Option<Promised>,
    accepted_sooner: Option<Promised>,
    answered: Vec<Promised>,
    disclosures: Vec<Choice>,
}

/// Answers `GET /`.
pub fn show(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let associations = c.read(|tx| associations::count(tx, &Terms::of("")))?;
    let (accepted, sooner) =
        (promise::accepted(&c.ctx, pack, "individual"), promise::accepted(&c.ctx, pack, "association"));
    c.page(&HomePage {
        shell: c.shell("首页")?,
        slogan: pack.city.slogan.clone(),
        associations,
        accepted_sooner: sooner.filter(|s| accepted.as_ref().is_none_or(|a| a.limit != s.limit)),
        accepted,
        answered: promise::answered(&c.ctx, pack, "individual"),
        disclosures: pack.list("disclosure").map(|l| l.choices.clone()).unwrap_or_default(),
    })
}
