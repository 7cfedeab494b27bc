//! A connection to PostgreSQL that is driven by whoever asks: no task of its own, and a message that needs no answer waits for
//! none.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Config, Error, NoTls};

/// The connection.
pub(super) struct Wire {
    runtime: Runtime,
    client: Client,
    /// What reads and writes; none once it is over, so that whatever still waits for an answer learns that none comes.
    link: Option<Link>,
}

type Link = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// One turn of the link.
fn turn(link: &mut Option<Link>, cx: &mut Context<'_>) {
    if link.as_mut().is_some_and(|link| link.as_mut().poll(cx).is_ready()) {
        *link = None;
    }
}

impl Wire {
    /// Connects.
    pub(super) fn connect(config: &Config) -> crate::Result<Wire> {
        let failed = |e: &dyn std::fmt::Display| crate::Error::busy(format!("database: {e}"));
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
        let (client, link) = runtime.block_on(config.connect(NoTls)).map_err(|e| failed(&e))?;
        Ok(Wire { runtime, client, link: Some(Box::pin(link)) })
    }

    /// Whether the other side is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.link.is_none() || self.client.is_closed()
    }

    /// Asks and waits for the answer.
    pub(super) fn wait<'w, F, T>(&'w mut self, ask: impl FnOnce(&'w Client) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + 'w,
    {
        let Wire { runtime, client, link } = self;
        let mut asked = pin!(ask(client));
        runtime.block_on(poll_fn(|cx| {
            // First the question, so that one turn of the link writes it; then what the link brought.
            if let Poll::Ready(answer) = asked.as_mut().poll(cx) {
                return Poll::Ready(answer);
            }
            turn(link, cx);
            asked.as_mut().poll(cx)
        }))
    }

    /// Leaves a statement to be sent with the next one.
    pub(super) fn leave(&mut self, statement: &str) {
        let mut asked = pin!(self.client.batch_execute(statement));
        self.runtime.block_on(poll_fn(|cx| {
            let _ = asked.as_mut().poll(cx);
            Poll::Ready(())
        }));
    }

    /// Sends what was left; its answer is read before that of the next.
    pub(super) fn flush(&mut self) {
        let Wire { runtime, link, .. } = self;
        runtime.block_on(poll_fn(|cx| {
            turn(link, cx);
            Poll::Ready(())
        }));
    }
}
