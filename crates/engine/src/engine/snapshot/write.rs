//! An answer that a model writes: streamed, each sentence verified against the passages as it completes and given its citations by us. It must not know
//! which model it is.

use std::time::Instant;

use super::ask::Body;
use super::present::passage_json;
use super::quoting::Quoting;
use super::{ANSWER_PASSAGES, Found, Passage, Snapshot, ms};
use crate::answer::prompt::{Exchange, Prompt, Shown, Task, prompt};
use crate::answer::stream::{Stream, Written};
use crate::answer::verify::{Grounds, Source, Verdict};
use crate::error::{Error, ErrorCode, Result};
use crate::event::Run;
use crate::model::{Ending, Generated, Generation, Generator, Sampling};
use crate::wire::{self, AnswerEvent, Support};

/// Times that a sentence may be said; from then on the model repeats itself.
const REPEATED: usize = 2;

/// What is being written.
struct Writing<'a> {
    snapshot: &'a Snapshot,
    passages: &'a [Passage],
    grounds: Grounds<'a>,
    run: Run<'a>,
    quoting: Quoting,
    /// Sentences that claim something, and those of them that are not supported.
    claims: (usize, usize),
    loops: bool,
    failure: Option<Error>,
}

impl Writing<'_> {
    fn take(&mut self, shown: String, sentences: Vec<Written>) {
        if self.loops || self.failure.is_some() {
            return;
        }
        if !shown.is_empty() {
            self.run.answer(AnswerEvent::Piece { text: shown });
        }
        for sentence in sentences {
            if self.quoting.sentences.iter().filter(|s| s.text == sentence.text).count() >= REPEATED {
                self.loops = true;
                return;
            }
            if let Err(error) = self.judge(sentence) {
                self.failure = Some(error);
                return;
            }
        }
    }

    fn judge(&mut self, written: Written) -> Result<()> {
        let Verdict { mut support, quotes, claims } = self.grounds.judge(&written.text);
        let known = self.quoting.citations.len();
        let mut numbers = Vec::new();
        for quote in quotes {
            match self.quoting.cite(self.snapshot, self.passages, quote.passage, &quote.span, None)? {
                Some(n) if !numbers.contains(&n) => numbers.push(n),
                Some(_) => {}
                // What its file no longer says supports nothing.
                None => support = Support::Partly,
            }
        }
        if numbers.is_empty() {
            support = Support::Unsupported;
        }
        // A question to practise with claims nothing.
        if claims && !written.text.ends_with(['?', '？']) {
            self.claims.0 += 1;
            self.claims.1 += usize::from(support == Support::Unsupported);
        }
        let sentence = wire::Sentence { text: written.text, support, citations: numbers };
        let citations = self.quoting.citations[known..].to_vec();
        let index = self.quoting.sentences.len();
        self.run.answer(AnswerEvent::Sentence { index, sentence: sentence.clone(), item: written.item, citations });
        self.quoting.push(sentence, written.item);
        Ok(())
    }

    /// Why what was written cannot stand; none if it can.
    fn flaw(&self, generated: &Result<Generated>) -> Option<String> {
        let (claims, unsupported) = self.claims;
        match generated {
            Err(error) => Some(format!("the model could not answer: {}", error.message)),
            Ok(_) if self.loops => Some("the model repeated itself".to_owned()),
            Ok(generated) if generated.ending == Ending::Loop => Some("the model repeated itself".to_owned()),
            Ok(_) if claims == 0 => Some("the model said nothing".to_owned()),
            Ok(_) if 2 * unsupported > claims => Some(format!("{unsupported} of {claims} sentences of the model's answer are not in the notes")),
            Ok(_) => None,
        }
    }
}

impl Snapshot {
    /// What the model writes from the best passages; none, and a notice, where the notes' own sentences have to take its place.
    pub(super) fn write(&self, found: &mut Found, generator: &dyn Generator, task: Task, earlier: &[Exchange], run: Run<'_>) -> Result<Option<Body>> {
        let best = &found.passages[..found.passages.len().min(ANSWER_PASSAGES)];
        let places: Vec<String> = best.iter().map(place).collect();
        let shown: Vec<Shown<'_>> = best.iter().zip(&places).map(|(p, place)| Shown { place, text: &p.text }).collect();
        match prompt(&found.query.text, found.query.is_cjk(), task, &shown, earlier, generator) {
            Ok(made) if made.passages > 0 => self.written(found, generator, made, run),
            Ok(_) => Ok(self.replaced(found, "the model can read too little at once", run)),
            Err(error) => Ok(self.replaced(found, &format!("the model could not answer: {}", error.message), run)),
        }
    }

    /// What the model says to a prompt, compared with the first of the passages, as many as the prompt names.
    pub(super) fn written(&self, found: &mut Found, generator: &dyn Generator, made: Prompt, run: Run<'_>) -> Result<Option<Body>> {
        let writing = Instant::now();
        let spec = generator.spec();
        let answerer = wire::Answerer { kind: "generative", model: Some(spec.name.clone()) };
        let Prompt { messages, limit, passages: read, notices } = made;
        found.notices.extend(spec.notice.iter().cloned());
        found.notices.extend(notices);
        if let Some(host) = &spec.leaves_machine_to {
            found.notices.push(format!("the question and {read} passage(s) of your notes were sent to {host}"));
        }
        let read_passages = &found.passages[..read];
        run.answer(AnswerEvent::Started {
            standalone_question: found.query.text.clone(),
            answerer: answerer.clone(),
            passages: read_passages.iter().map(|p| passage_json(p, &found.query)).collect(),
        });
        let sources: Vec<Source<'_>> =
            read_passages.iter().map(|p| Source { title: &p.document.title, heading: &p.chunk.heading, text: &p.text }).collect();
        let mut state = Writing {
            snapshot: self,
            passages: &found.passages,
            grounds: Grounds::new(&sources, self.tokens.as_deref()),
            run,
            quoting: Quoting::default(),
            claims: (0, 0),
            loops: false,
            failure: None,
        };
        let mut stream = Stream::default();
        let request = Generation { messages: &messages, limit, sampling: Sampling::default(), passages: Some(read) };
        let mut say = |piece: &str| {
            let (shown, sentences) = stream.push(piece);
            state.take(shown, sentences);
        };
        let generated = generator.generate(&request, &mut say, run.cancel);
        let cut = !matches!(&generated, Ok(g) if g.ending == Ending::Complete);
        let (shown, sentences) = stream.finish(cut);
        state.take(shown, sentences);
        if let Some(error) = state.failure.take() {
            return Err(error);
        }
        let stopped = matches!(&generated, Err(e) if e.code == ErrorCode::Cancelled);
        let flaw = if stopped { None } else { state.flaw(&generated) };
        let mut quoting = state.quoting;
        found.timings.insert("write", ms(writing));
        if let Some(reason) = flaw {
            return Ok(self.replaced(found, &reason, run));
        }
        if matches!(&generated, Ok(g) if g.ending == Ending::Limit) {
            quoting.notices.push("the model's answer was cut: it reached its longest".to_owned());
        }
        let outcome = if stopped { wire::Outcome::Cancelled } else { wire::Outcome::Answered };
        run.answer(AnswerEvent::Done { outcome });
        Ok(Some(Body { quoting, outcome, answerer }))
    }

    /// Says why the notes' own sentences take the model's place.
    pub(super) fn replaced(&self, found: &mut Found, reason: &str, run: Run<'_>) -> Option<Body> {
        found.notices.push(format!("{reason}: these are the notes' own sentences instead"));
        run.answer(AnswerEvent::Replaced { reason: reason.to_owned() });
        None
    }
}

/// Where a passage stands, for the model.
pub(super) fn place(passage: &Passage) -> String {
    let mut parts = vec![passage.document.title.as_str()];
    parts.extend(passage.chunk.heading.iter().map(String::as_str).filter(|h| *h != passage.document.title));
    parts.join(" › ")
}
