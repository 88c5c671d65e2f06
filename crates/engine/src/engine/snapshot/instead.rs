//! A question that is asked again for another answer. It must not know why the one before was not wanted.

use std::sync::Arc;

use crate::answer::prompt::Read;
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::model::{Generated, Generation, Generator, GeneratorSpec};

/// How freely a model chooses its words then, at least: greedily it would say the same once more.
const TEMPERATURE: f32 = 0.7;
/// Of what it may choose then: what is unlikely is mostly wrong.
const TOP_P: f32 = 0.9;

/// What is wanted instead of what was answered: a model writes it anew, and of the notes' own sentences others are taken.
#[derive(Clone, Debug, Default)]
pub struct Instead {
    /// How often it was asked again, this time included.
    pub times: u64,
    /// Sentences of notes that were shown.
    pub shown: Vec<Read>,
}

/// A model that chooses other words each time.
pub(super) struct Anew<'a> {
    pub(super) generator: &'a dyn Generator,
    pub(super) times: u64,
}

impl Generator for Anew<'_> {
    fn spec(&self) -> Arc<GeneratorSpec> {
        self.generator.spec()
    }

    fn warm_up(&self) {
        self.generator.warm_up();
    }

    fn gave_way(&self) {
        self.generator.gave_way();
    }

    fn count(&self, text: &str) -> Result<usize> {
        self.generator.count(text)
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        let mut request = request.clone();
        let sampling = &mut request.sampling;
        if sampling.temperature <= 0.0 {
            (sampling.temperature, sampling.top_p) = (TEMPERATURE, TOP_P);
        }
        sampling.seed = sampling.seed.wrapping_add(self.times);
        self.generator.generate(&request, say, cancel)
    }
}
