//! A file on its way to whoever asked: a piece is read from disk when the one before has gone out.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

use crate::error::{Error, Result};
use crate::http::call::Call;
use crate::http::shares::Share;

/// Bytes that are read at once.
const PIECE: u64 = 64 << 10;

/// The file, and the place that its reader holds until all of it is sent.
pub(super) struct Sent {
    file: File,
    size: u64,
    #[expect(dead_code, reason = "held, never looked at")]
    place: Share<String>,
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a file of {} bytes", self.size)
    }
}

impl Sent {
    pub fn new(c: &Call, file: File) -> Result<Arc<Sent>> {
        let place = c.site.downloads.one(c.sender());
        let place = place.ok_or_else(|| Error::too_many(10, "同时下载的文件太多，请等前面的下载完再试"))?;
        Ok(Arc::new(Sent { size: file.metadata()?.len(), file, place }))
    }

    pub fn pieces(self: Arc<Self>) -> Pieces {
        Pieces { sent: self, at: 0, reading: None }
    }

    fn read(&self, at: u64) -> io::Result<Bytes> {
        let mut piece = vec![0; usize::try_from(PIECE.min(self.size - at)).unwrap_or(0)];
        self.file.read_exact_at(&mut piece, at)?;
        Ok(piece.into())
    }
}

/// The file as the body of an answer.
pub(super) struct Pieces {
    sent: Arc<Sent>,
    at: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let (sent, at) = (self.sent.clone(), self.at);
        if at >= sent.size {
            return Poll::Ready(None);
        }
        let reading = self.reading.get_or_insert_with(|| tokio::task::spawn_blocking(move || sent.read(at)));
        let read = ready!(Pin::new(reading).poll(cx)).unwrap_or_else(|e| Err(io::Error::other(e)));
        self.reading = None;
        let piece = read?;
        self.at += piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.sent.size - self.at)
    }
}
