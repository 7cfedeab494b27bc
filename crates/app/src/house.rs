//! What is done after acts, by all capabilities together.

use huitong_features::base::matters::{self, Plain};
use huitong_features::base::{attachments, identity, registers};
use huitong_features::capabilities;
use huitong_features::growth::appeals::Appeal;
use huitong_kernel::clock::Random;
use huitong_kernel::digest::hex;
use huitong_kernel::idempotency;

use crate::worker::{Sweep, Worker};

/// The work of every capability.
pub fn worker() -> Worker {
    let mut name = [0; 8];
    Random::system().fill(&mut name);
    Worker::new(
        capabilities(),
        vec![
            Sweep::Rows(identity::sweep),
            Sweep::Rows(idempotency::sweep),
            Sweep::Place(attachments::sweep),
            Sweep::Place(registers::sweep),
            Sweep::Place(matters::recount::<Plain>),
            Sweep::Place(matters::recount::<Appeal>),
        ],
        format!("{}-{}", std::process::id(), hex(&name)),
    )
}
