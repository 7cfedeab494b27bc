//! What the command line does with accounts: the same acts, with words in the place of ids.

use huitong_codes::Uscc;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::{Ctx, Db, Error, Result, Tx};

use super::acts::office_kind;
use super::{Account, NewPost, NewUser, Office, add, hash};
use crate::base::{associations, units};

/// `huitong user add LOGIN --name N --role ROLE --unit UNIT [--password-stdin]`.
#[derive(Debug, Clone, Copy)]
pub struct NewFromCommandLine<'a> {
    /// Name to sign in with.
    pub login: &'a str,
    /// Name as shown to colleagues.
    pub name: &'a str,
    /// Role key of the pack.
    pub role: &'a str,
    /// Key, name or id of a unit; code or name of an association; code of a company.
    pub unit: &'a str,
    /// Password, where one was given.
    pub password: Option<&'a str>,
}

/// Opens an account with its post, whose holder must choose another password first; hashes outside of the transaction.
pub fn add_from_command_line(db: &Db, ctx: &Ctx, new: &NewFromCommandLine) -> Result<Account> {
    let password = new.password.map(|text| hash("password", text, new.login, new.name)).transpose()?;
    db.write(ctx, |tx| {
        let office = resolve_office(tx, new.role, new.unit, "")?;
        let post = Some(NewPost::open(new.role, office));
        let (login, name) = (new.login.to_owned(), new.name.to_owned());
        add(tx, &NewUser { login, name, phone: None, password: password.clone(), must_change: true, post })
    })
}

/// The office that somebody named in words, of the kind in which the role is held. `name` is a company's, which is kept
/// nowhere else.
pub fn resolve_office(tx: &Tx, role: &str, words: &str, name: &str) -> Result<Office> {
    let words = words.trim();
    let kind = tx.ctx().roles().get(role).and_then(office_kind);
    let missing = |said: String| Error::invalid("unit", said);
    match kind {
        None => Err(Error::invalid("role", "没有这个角色，请选择角色")),
        Some(OfficeKind::Unit) => {
            let by_id = huitong_kernel::Id::parse(words).map_or(Ok(None), |id| units::find(tx, &id))?;
            let found = match by_id {
                Some(unit) => Some(unit),
                None => {
                    units::by_key(tx, words)?.map_or_else(|| units::by_name(tx, words), |u| Ok(Some(u)))?
                }
            };
            let unit = found.ok_or_else(|| missing(format!("没有名为“{words}”的单位")))?;
            Ok(Office::unit(&unit))
        }
        Some(OfficeKind::Association) => {
            let mut found = match Uscc::parse(words) {
                Ok(code) => associations::by_uscc(tx, &code)?.into_iter().collect(),
                Err(_) => associations::by_name(tx, words)?,
            };
            let association = match (found.pop(), found.is_empty()) {
                (Some(only), true) => only,
                (Some(_), false) => {
                    return Err(missing(format!("有几家协会同名“{words}”，请填统一社会信用代码")));
                }
                (None, _) => return Err(missing(format!("没有名称或代码为“{words}”的协会"))),
            };
            Ok(Office::association(association.id.as_str(), &association.name))
        }
        Some(OfficeKind::Company) => {
            let code = Uscc::parse(words)
                .map_err(|why| missing(format!("企业任职须填写统一社会信用代码：{why}")))?;
            let code = code.to_string();
            let name = if name.trim().is_empty() { code.as_str() } else { name.trim() };
            Ok(Office::company(&code, name))
        }
    }
}
