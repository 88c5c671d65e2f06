//! An answer that a model writes: streamed, each sentence verified against the passages as it completes and given its citations by us. It must not know
//! which model it is.

use std::cell::OnceCell;
use std::time::{Duration, Instant};

use super::ask::Body;
use super::flaw::Flaw;
use super::present::passage_json;
use super::quoting::Quoting;
use super::speak::speak;
use super::{ANSWER_PASSAGES, Found, Passage, Snapshot, ms};
use crate::answer::prompt::{Exchange, Prompt, Shown, Task, prompt};
use crate::answer::quiz::{self, Before};
use crate::answer::stream::{Stream, Written};
use crate::answer::verify::{Grounds, Quote, Source, Verdict};
use crate::answer::{Aside, place_of_block};
use crate::cancel::CancelToken;
use crate::error::{Error, ErrorCode, Result};
use crate::event::Run;
use crate::model::{Ending, Generated, Generation, Generator, Message};
use crate::retrieve::query::mostly_cjk;
use crate::text::asks;
use crate::wire::{self, AnswerEvent, Support};

/// Times that a sentence may be said; from then on the model repeats itself.
const REPEATED: usize = 2;
/// Characters below which a sentence may be said as often as one likes, only not in a row: 「答案：对。」 stands under each question of a quiz.
const SHORT: usize = 12;
/// The share of characters that are none from which an answer is no text, one in so many.
const GARBLED: usize = 8;
/// After a stop, what was written before is compared for so long; then it stands as it is.
const GRACE: Duration = Duration::from_secs(1);

/// What a model is to write.
pub(super) struct Assignment<'a> {
    pub(super) generator: &'a dyn Generator,
    pub(super) task: Task,
    pub(super) chinese: bool,
    pub(super) earlier: &'a [Exchange],
    /// Whether the notes' own sentences answer, too. Where they may not, an answer stands only if they support a sentence of it.
    pub(super) sure: bool,
}

/// What is being written.
struct Writing<'a> {
    snapshot: &'a Snapshot,
    passages: &'a [Passage],
    grounds: Grounds<'a>,
    run: Run<'a>,
    task: Task,
    quoting: Quoting,
    /// Sentences that claim something, and those of them that are not supported.
    claims: (usize, usize),
    /// Whether it said of something that the notes do not say it.
    absent: bool,
    loops: bool,
    /// When it was seen that the person stopped it.
    stopped: OnceCell<Instant>,
    /// Sentences that nobody waited for to be compared with the passages.
    uncompared: usize,
    failure: Option<Error>,
    /// Stops the model: what it would say after this is not wanted.
    stop: CancelToken,
}

impl Writing<'_> {
    fn take(&mut self, shown: String, sentences: Vec<Written>) {
        if self.loops || self.failure.is_some() {
            return;
        }
        if !shown.is_empty() {
            self.run.answer(AnswerEvent::Piece { text: shown });
        }
        let quiz = self.task == Task::Quiz;
        for sentence in sentences.into_iter().flat_map(|sentence| if quiz { quiz::parted(sentence) } else { vec![sentence] }) {
            if self.repeats(&sentence.text) {
                self.loops = true;
                self.stop.cancel();
                return;
            }
            if let Err(error) = self.judge(sentence) {
                self.failure = Some(error);
                self.stop.cancel();
                return;
            }
        }
    }

    /// Whether the model repeats itself with a sentence.
    fn repeats(&self, text: &str) -> bool {
        let said = || self.quoting.sentences.iter().rev().map(|sentence| sentence.text == text);
        let times = if text.chars().count() < SHORT { said().take_while(|same| *same).count() } else { said().filter(|same| *same).count() };
        times >= REPEATED
    }

    /// Whether the person stopped it, and what was written before has had its time.
    fn over(&self) -> bool {
        self.run.cancel.is_cancelled() && self.stopped.get_or_init(Instant::now).elapsed() >= GRACE
    }

    fn judge(&mut self, written: Written) -> Result<()> {
        let verdict =
            if written.block { Some(self.block(&written.text)) } else { self.grounds.judge(&written.text[written.label..], &|| self.over()) };
        self.uncompared += usize::from(verdict.is_none());
        let unknown = Verdict { support: Support::Unsupported, quotes: Vec::new(), claims: true };
        let Verdict { mut support, mut quotes, mut claims } = verdict.unwrap_or(unknown);
        // What a note says so word for word is its own.
        let aside = Aside::of(&written.text).filter(|_| !written.block && support != Support::Supported);
        self.absent |= aside == Some(Aside::Absent);
        // A question to practise with claims nothing, and what it was made from would be its answer.
        if aside.is_some() || (!written.block && asks(&written.text)) {
            quotes.clear();
            claims = false;
        }
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
        if !claims {
            support = Support::NoClaim;
        } else if numbers.is_empty() {
            support = Support::Unsupported;
        }
        if claims {
            self.claims.0 += 1;
            self.claims.1 += usize::from(support == Support::Unsupported);
        }
        let reply = aside.is_none() && self.replies(&written);
        let sentence = wire::Sentence { text: written.text, support, citations: numbers, reply };
        let citations = self.quoting.citations[known..].to_vec();
        let index = self.quoting.sentences.len();
        self.run.answer(AnswerEvent::Sentence { index, sentence: sentence.clone(), item: written.mark.is_some(), citations });
        self.quoting.push(sentence, written.mark);
        Ok(())
    }

    /// Whether a sentence answers a question to practise with.
    fn replies(&self, written: &Written) -> bool {
        let (Some(last), Some(mark)) = (self.quoting.sentences.last(), self.quoting.marks.last()) else { return false };
        self.task == Task::Quiz && quiz::replies(written, Before { text: &last.text, reply: last.reply, mark: mark.as_deref() })
    }

    /// Code and formulas are no sentences that could be compared: what stands like that in a passage is supported, and code that does not is made up, or
    /// changed. Formulas are written in many ways.
    fn block(&self, text: &str) -> Verdict {
        let mut places = self.passages.iter().enumerate().filter_map(|(passage, p)| Some(Quote { passage, span: place_of_block(text, &p.text)? }));
        match places.next() {
            Some(quote) => Verdict { support: Support::Supported, quotes: vec![quote], claims: true },
            None if text.starts_with("$$") => Verdict { support: Support::NoClaim, quotes: Vec::new(), claims: false },
            None => Verdict { support: Support::Unsupported, quotes: Vec::new(), claims: true },
        }
    }

    /// Whether the notes support a sentence. In another language than theirs hardly any is more than partly supported.
    fn stands(&self, sentence: &wire::Sentence) -> bool {
        let across = || self.passages.first().is_some_and(|passage| mostly_cjk(&passage.text) != mostly_cjk(&sentence.text));
        sentence.support == Support::Supported || sentence.support == Support::Partly && across()
    }

    /// Whether a good part of it is no characters at all.
    fn is_garbled(&self) -> bool {
        let written = || self.quoting.sentences.iter().flat_map(|sentence| sentence.text.chars());
        GARBLED * written().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() > written().count()
    }

    /// Why what was written cannot stand; none if it can.
    fn flaw(&self, model: &str, generated: &Result<Generated>, sure: bool) -> Option<Flaw> {
        let (claims, unsupported) = self.claims;
        match generated {
            // It may have been stopped for that.
            _ if self.loops => Some(Flaw::repeated(model)),
            Err(error) => Some(Flaw::failed(model, error)),
            Ok(generated) if generated.ending == Ending::Loop => Some(Flaw::repeated(model)),
            Ok(_) if self.is_garbled() => Some(Flaw::garbled(model)),
            Ok(_) if claims == 0 && self.absent => Some(Flaw::absent(model)),
            Ok(generated) if claims == 0 && generated.ending == Ending::Limit => Some(Flaw::endless(model)),
            Ok(_) if claims == 0 => Some(Flaw::nothing(model)),
            Ok(_) if 2 * unsupported > claims => {
                Some(Flaw::new(format!("{unsupported} of {claims} sentences of the model's answer are not in the notes")))
            }
            Ok(_) if !sure && !self.quoting.sentences.iter().any(|sentence| self.stands(sentence)) => {
                Some(Flaw::new("no sentence of the model's answer is clearly in the notes"))
            }
            Ok(_) => None,
        }
    }
}

impl Snapshot {
    /// What the model writes from the best passages; none, and a notice, where the notes' own sentences have to take its place.
    pub(super) fn write(&self, found: &mut Found, assignment: &Assignment<'_>, run: Run<'_>) -> Result<Option<Body>> {
        let &Assignment { generator, task, chinese, earlier, sure } = assignment;
        let best = found.passages[..found.passages.len().min(ANSWER_PASSAGES)].to_vec();
        let question = found.query.text.clone();
        let made = |passages: &[Passage]| {
            let places: Vec<String> = passages.iter().map(place).collect();
            let shown: Vec<Shown<'_>> = passages.iter().zip(&places).map(|(p, place)| Shown { place, text: &p.text }).collect();
            prompt(&question, chinese, task, &shown, earlier, generator)
        };
        let (passages, made) = match self.carried(&best, earlier)? {
            Some(both) => match made(&both) {
                // What was read before must not push out what was found now.
                Ok(prompt) if prompt.passages < both.len() => (best.clone(), made(&best)),
                prompt => (both, prompt),
            },
            None => (best.clone(), made(&best)),
        };
        match made {
            Ok(made) if made.passages > 0 => {
                found.passages = passages;
                found.passages.truncate(made.passages);
                let told = (made.passages, made.earlier);
                let read = found.passages.iter().map(|p| passage_json(p, &found.query)).collect();
                self.begin(found, read, task, generator, run);
                self.written(found, generator, made, told, sure, run)
            }
            Ok(_) => Ok(self.replaced(found, &Flaw::new("the model can read too little at once"), sure, run)),
            Err(error) => Ok(self.replaced(found, &Flaw::failed(&generator.spec().name, &error), sure, run)),
        }
    }

    /// Tells who is going to write, from which passages, and whereto they are sent, before anything is.
    pub(super) fn begin(&self, found: &mut Found, passages: Vec<wire::Passage>, task: Task, generator: &dyn Generator, run: Run<'_>) {
        found.notices.extend(generator.spec().notice.iter().cloned());
        let (standalone_question, answerer) = (found.query.text.clone(), generative(generator));
        run.answer(AnswerEvent::Started { standalone_question, answerer, passages, quiz: task == Task::Quiz });
    }

    /// What the model says to a prompt, compared with the passages. `told` are the passages and earlier questions that it was told, here and before;
    /// `sure` is as in [`Assignment`].
    pub(super) fn written(
        &self,
        found: &mut Found,
        generator: &dyn Generator,
        made: Prompt,
        told: (usize, usize),
        sure: bool,
        run: Run<'_>,
    ) -> Result<Option<Body>> {
        let writing = Instant::now();
        let Prompt { task, messages, limit, passages: named, notices, .. } = made;
        found.notices.extend(notices);
        sent(found, generator, told);
        let sources: Vec<Source<'_>> =
            found.passages.iter().map(|p| Source { title: &p.document.title, heading: &p.chunk.heading, text: &p.text }).collect();
        let mut state = Writing {
            snapshot: self,
            passages: &found.passages,
            grounds: Grounds::new(&sources, self.tokens.as_deref(), self.glossary.as_deref(), run.cancel)?,
            run,
            task,
            quoting: Quoting::default(),
            claims: (0, 0),
            absent: false,
            loops: false,
            stopped: OnceCell::new(),
            uncompared: 0,
            failure: None,
            stop: run.cancel.child(),
        };
        let stop = state.stop.clone();
        let settings = &self.settings.writing;
        let mut stream = Stream::new(named, told_to(&messages));
        let request =
            Generation { messages: &messages, limit, sampling: settings.sampling.clone(), passages: settings.existing_passages.then_some(named) };
        let mut say = |piece: &str| {
            let (shown, sentences) = stream.push(piece);
            state.take(shown, sentences);
        };
        let (generated, late) = speak(generator, &request, settings.patience(), &stop, &mut say);
        let cut = !matches!(&generated, Ok(g) if g.ending == Ending::Complete);
        let (shown, sentences) = stream.finish(cut);
        state.take(shown, sentences);
        if let Some(error) = state.failure.take() {
            return Err(error);
        }
        let silenced = !state.loops && late.is_none() && matches!(&generated, Err(e) if e.code == ErrorCode::Cancelled);
        // A model that was done already does not tell of a stop.
        let incomplete = silenced || state.uncompared > 0;
        let flaw = if incomplete { None } else { late.or_else(|| state.flaw(&generator.spec().name, &generated, sure)) };
        // After a stop nobody waits for other sentences to take the place of its own.
        let stopped = incomplete || (flaw.is_some() && run.cancel.is_cancelled());
        let (mut quoting, uncompared) = (state.quoting, state.uncompared);
        found.timings.insert("write", ms(writing));
        if let Some(reason) = flaw.filter(|_| !stopped) {
            return Ok(self.replaced(found, &reason, sure, run));
        }
        if !stopped && matches!(&generated, Ok(g) if g.ending == Ending::Limit) {
            quoting.notices.push("the model's answer was cut: it reached its longest".to_owned());
        }
        if uncompared > 0 {
            quoting.notices.push(format!("it was stopped before {uncompared} sentence(s) were compared with the notes"));
        }
        if !sure && !stopped {
            quoting.notices.push("the notes say this in other words, if they do: read what it cites".to_owned());
        }
        let outcome = if stopped { wire::Outcome::Cancelled } else { wire::Outcome::Answered };
        run.answer(AnswerEvent::Done { outcome });
        Ok(Some(Body { quoting, outcome, answerer: generative(generator) }))
    }

    /// Says why the model's answer is not shown, and that the notes' own sentences take its place where they answer.
    pub(super) fn replaced(&self, found: &mut Found, flaw: &Flaw, sure: bool, run: Run<'_>) -> Option<Body> {
        let reason = &flaw.reason;
        found.notices.push(match (sure, flaw.answered) {
            (true, _) => format!("{reason}: these are the notes' own sentences instead"),
            (false, true) => format!("{reason}: it is not shown"),
            (false, false) => reason.clone(),
        });
        found.notices.extend(flaw.remedy.clone());
        run.answer(AnswerEvent::Replaced { reason: reason.clone() });
        None
    }
}

/// Who writes.
pub(super) fn generative(generator: &dyn Generator) -> wire::Answerer {
    let spec = generator.spec();
    wire::Answerer { kind: "generative", model: Some(spec.name.clone()), leaves_machine_to: spec.leaves_machine_to.clone() }
}

/// Says what leaves the machine: passages, and earlier questions with their answers.
pub(super) fn sent(found: &mut Found, generator: &dyn Generator, (passages, earlier): (usize, usize)) {
    let spec = generator.spec();
    let Some(host) = &spec.leaves_machine_to else { return };
    found.notices.push(match earlier {
        0 => format!("the question and {passages} passage(s) of your notes were sent to {host}"),
        _ => format!("the question, {earlier} earlier one(s) with what was answered, and {passages} passage(s) of your notes were sent to {host}"),
    });
}

/// Passages and question as the model is told them: what it may quote.
pub(super) fn told_to(messages: &[Message]) -> &str {
    messages.last().map_or("", |message| &message.text)
}

/// Where a passage stands, for the model.
pub(super) fn place(passage: &Passage) -> String {
    let mut parts = vec![passage.document.title.as_str()];
    parts.extend(passage.chunk.heading.iter().map(String::as_str).filter(|h| *h != passage.document.title));
    parts.join(" › ")
}
