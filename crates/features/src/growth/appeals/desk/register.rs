//! 代录诉求: intake writes down what a caller says, with the source system's own number.

use askama::Template;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Filled, FormView, Reply, form};
use huitong_kernel::{Error, OrMissing, Result};

use crate::base::matters::{self, Input};
use crate::growth::appeals::public::named;
use crate::growth::appeals::public::receipt::{self, Taker};
use crate::growth::appeals::submit;

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/register.html")]
struct RegisterPage {
    shell: Shell,
    form: FormView,
    token: String,
}

/// `GET /appeals/register`.
pub fn fill(c: &Call) -> Result<Reply> {
    draw(c, &[])
}

/// `POST /appeals/register`.
pub fn create(c: &Call) -> Result<Reply> {
    let done = read(c).and_then(|input| c.write(|tx| submit::register(tx, &input, None)));
    match done {
        Ok(receipt) => {
            let href = format!("/appeals/{}", receipt.id);
            receipt::draw(c, receipt, Taker { desk: true, registered: true, href })
        }
        Err(error) => c.again(error, |errors| draw(c, errors)),
    }
}

/// What was written down, with the association and whoever is complained of found by the words a caller uses.
fn read(c: &Call) -> Result<Input> {
    let mut input = matters::input(c)?;
    let (pack, mut wrong) = (c.ctx.pack()?, Vec::new());
    let form = pack.form("appeal_register").or_missing()?;
    for (field, with_units) in [("association", false), ("about", true)] {
        if form.field(field).is_some_and(|f| f.visible(&input.filled.values)) {
            let settled = c.read(|tx| {
                let mut filled = input.filled.clone();
                let error = named::settle(tx, &mut filled, field, with_units)?;
                Ok((filled, error))
            })?;
            input.filled = settled.0;
            wrong.extend(settled.1);
        }
    }
    wrong.extend(c.read(|tx| submit::wrong_company(tx, form, &input.filled))?);
    if wrong.is_empty() {
        return Ok(input);
    }
    // Everything that is wrong is said at once.
    wrong.extend(form::check(form, pack, &input.filled, c.ctx.today()).err().unwrap_or_default());
    Err(Error::fields(wrong))
}

fn draw(c: &Call, errors: &[FieldError]) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let form = pack.form("appeal_register").or_missing()?;
    let fresh = Filled::of(&[("disclosure", "named")]);
    let typed = if c.route.method == huitong_kernel::http::POST { c.filled()? } else { &fresh };
    let view = FormView::new(form, pack, typed, errors)
        .suggest("association", "/orgs/suggest?q=")
        .suggest("about", "/orgs/suggest?with=units&q=");
    let mut shell = c.shell("代录诉求")?;
    shell.has_errors = !errors.is_empty();
    c.page(&RegisterPage { shell, form: view, token: c.submit_token() })
}
