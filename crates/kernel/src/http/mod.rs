//! The door: a route table that is data, one kind of handler, and the edge that checks everything before a handler runs.

mod answers;
mod arrive;
pub mod assets;
pub mod body;
pub mod call;
mod connections;
pub mod cookie;
pub mod csrf;
mod edge;
mod flash;
pub mod form;
mod form_schema;
pub mod formview;
mod gate;
mod health;
mod kept;
pub mod metrics;
pub mod openapi;
pub mod page;
mod places;
mod problem;
mod proxy;
pub mod query;
mod rate;
pub mod reply;
pub mod route;
mod sent;
pub mod server;
mod shares;
pub mod site;
pub mod table;
mod uploads;

#[cfg(test)]
mod tests;

pub use assets::{Asset, Assets};
pub use body::{Content, Filled, Upload};
pub use call::Call;
pub use connections::raise_file_limit;
pub use cookie::Cookie;
pub use form::Checked;
pub use formview::{FieldView, FormView};
pub use kept::Kept;
pub use openapi::{Schemas, list_of, schema};
pub use page::Shell;
pub use proxy::Address;
pub use query::{Pairs, encode};
pub use rate::neighbourhood;
pub use reply::Reply;
pub use route::{
    Access, DefinitionSchema, Face, GET, Handler, Method, Name, POST, Param, Rate, Route, Schema, SchemaFn,
    Side, api, asset, page,
};
pub use server::{router, serve, stop_signal};
pub use site::{Hooks, Listener, Patience, SessionInfo, Settings, SignedIn, Site};
pub use table::RouteTable;
