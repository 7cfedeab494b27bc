//! Where notices on a case lead to: the desk for those inside, their own pages for its complainant.

use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Pack;
use huitong_kernel::{Result, Tx};

use super::model::Appeal;
use crate::base::matters::{self, Pages};
use crate::base::notices::Told;

/// Computes whom an entry of the journal is told to (`appeal.…`).
pub fn recipients(tx: &Tx, entry: &Kept, _: &Pack) -> Result<Told> {
    matters::recipients::<Appeal>(tx, entry, &|appeal| Pages {
        inside: format!("/appeals/{}", appeal.id),
        outside: format!("/my/appeals/{}", appeal.id),
    })
}
