//! The generator that a question gets: the chosen one, or where there is no room for that the largest smaller one that there is room for, which says so.
//! It must not know how models are stored or chosen.

use std::sync::OnceLock;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::Result;
use sidenote_engine::model::{Generated, Generation, Generator, GeneratorSpec};

use crate::generate::Writer;

/// Whether there is room for a generator.
type Fits = dyn Fn(&Writer) -> Result<()> + Send + Sync;

/// The chosen generator and those that may stand in for it.
pub(crate) struct StandIn {
    chosen: Writer,
    /// The largest first.
    smaller: Vec<Writer>,
    fits: Box<Fits>,
    /// Which one it is, from the first question on: a model that answers keeps its memory.
    taken: OnceLock<(Option<usize>, GeneratorSpec)>,
}

impl StandIn {
    pub(crate) fn new(chosen: Writer, smaller: Vec<Writer>, fits: impl Fn(&Writer) -> Result<()> + Send + Sync + 'static) -> Self {
        Self { chosen, smaller, fits: Box::new(fits), taken: OnceLock::new() }
    }

    fn taken(&self) -> &(Option<usize>, GeneratorSpec) {
        self.taken.get_or_init(|| {
            let Err(short) = (self.fits)(&self.chosen) else { return (None, self.chosen.spec().clone()) };
            match self.smaller.iter().position(|writer| (self.fits)(writer).is_ok()) {
                Some(at) => {
                    let spec = self.smaller[at].spec().clone();
                    let notice = format!("{} stands in for {}: {}", spec.name, self.chosen.spec().name, short.message);
                    (Some(at), GeneratorSpec { notice: Some(notice), ..spec })
                }
                // It tells itself why it cannot answer.
                None => (None, self.chosen.spec().clone()),
            }
        })
    }

    fn writer(&self) -> &Writer {
        self.taken().0.map_or(&self.chosen, |at| &self.smaller[at])
    }
}

impl Generator for StandIn {
    fn spec(&self) -> &GeneratorSpec {
        &self.taken().1
    }

    fn warm_up(&self) {
        self.writer().warm_up();
    }

    fn count(&self, text: &str) -> Result<usize> {
        self.writer().count(text)
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        self.writer().generate(request, say, cancel)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sidenote_engine::error::{Error, ErrorCode};

    use super::*;

    fn among(room_for: &'static [&'static str]) -> GeneratorSpec {
        let writer = |name: &str| Writer::new(name, Path::new("nowhere.gguf"), 2048);
        let fits = move |writer: &Writer| match room_for.contains(&writer.spec().name.as_str()) {
            true => Ok(()),
            false => Err(Error::new(ErrorCode::ModelUnavailable, format!("{} needs more memory", writer.spec().name), "")),
        };
        StandIn::new(writer("large"), vec![writer("middle"), writer("small")], fits).spec().clone()
    }

    #[test]
    fn the_largest_there_is_room_for_stands_in_and_says_why() {
        let found = among(&["large", "middle", "small"]);
        assert_eq!((found.name.as_str(), found.notice), ("large", None));
        let found = among(&["middle", "small"]);
        assert_eq!((found.name.as_str(), found.notice.as_deref()), ("middle", Some("middle stands in for large: large needs more memory")));
        assert_eq!(among(&["small"]).name, "small");
        let found = among(&[]);
        assert_eq!((found.name.as_str(), found.notice), ("large", None), "nothing can stand in, so the chosen one tells why");
    }
}
