//! The house: what all capabilities hand in, put together once, and the rows that a pack's definitions bring.

use std::sync::Arc;

use crate::capability::Capability;
use crate::http::Route;
use crate::pack::{Pack, Vocabulary};

/// All capabilities as one value; a city is opened with it and every policy of the city holds it.
#[derive(Default)]
pub struct House {
    /// What a pack may name in the code, all capabilities together.
    pub vocabulary: Vocabulary,
    capabilities: Vec<Capability>,
    routes: Vec<Arc<Route>>,
}

impl House {
    /// Puts the capabilities together, in their order.
    pub fn new(mut capabilities: Vec<Capability>) -> House {
        let mut house = House::default();
        for one in &mut capabilities {
            house.vocabulary = house.vocabulary.with(std::mem::take(&mut one.vocabulary));
            house.routes.extend(std::mem::take(&mut one.routes).into_iter().map(Arc::new));
        }
        House { capabilities, ..house }
    }

    /// The house's own rows of the route table: they stand there whatever the pack says.
    pub fn routes(&self) -> &[Arc<Route>] {
        &self.routes
    }

    /// The rows that the definitions of a pack bring.
    pub fn expand(&self, pack: &Pack) -> impl Iterator<Item = Arc<Route>> {
        self.capabilities.iter().filter_map(|one| one.expand).flat_map(|expand| expand(pack)).map(Arc::new)
    }
}
