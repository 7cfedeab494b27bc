//! Doing an act on an appeal: what each does stands in the definition; one door for pages, API, imports, replay and demo.

use huitong_kernel::error::FieldError;
use huitong_kernel::{Error, Result, Tx};

use super::PROCEDURE;
use super::model::{Appeal, AppealId};
use crate::base::matters::{Case, Done, Input};

/// Does an act by its key.
pub fn act(tx: &Tx, id: &AppealId, act: &str, input: &Input) -> Result<Done> {
    Case::<Appeal>::open(tx, PROCEDURE, id.as_str(), act, input)?.perform()
}

/// Errors of several fields as one.
pub(super) fn several(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(Error::fields(errors)) }
}
