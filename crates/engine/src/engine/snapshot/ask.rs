//! A question to its answer: found, judged whether the notes answer it, then said in the notes' own sentences or written by a model. It must not know how
//! passages are ranked or sentences chosen.

use std::time::Instant;

use jiff::civil::Date;

use super::instead::{Anew, Instead};
use super::present::passage_json;
use super::quoting::Quoting;
use super::summarise::Named;
use super::write::Assignment;
use super::{ANSWER_PASSAGES, Found, Question, Snapshot, ms, told};
use crate::act::{Act, Again};
use crate::answer::prompt::{Exchange, Read, Task};
use crate::answer::{self, Draft, Material, Point};
use crate::error::Result;
use crate::event::Run;
use crate::followup::{Kind, Rewrite};
use crate::model::Generator;
use crate::retrieve::query::{is_in_chinese, mostly_cjk};
use crate::wire;

/// How a question is asked.
#[derive(Clone, Copy, Default)]
pub struct Manner<'a> {
    /// The form in which it is asked, where that is not as typed.
    pub rewrite: Option<&'a Rewrite>,
    /// What was said before, oldest first, for a model that writes.
    pub earlier: &'a [Exchange],
    /// Questions that were asked before, self-contained, oldest first, where nothing is known of their answers.
    pub before: &'a [String],
    /// Writes the answer; without one it is made of the notes' own sentences.
    pub generator: Option<&'a dyn Generator>,
    /// The day on which it is asked, for "yesterday" and 「11月26日」; without it no day is looked up.
    pub today: Option<Date>,
    /// What was answered before and is not what is wanted; none where it is asked for the first time.
    pub instead: Option<&'a Instead>,
}

impl<'a> Manner<'a> {
    /// Sentences that are not to be shown again. Where a model writes, they only stand in for it.
    fn shown(&self) -> &'a [Read] {
        self.instead.filter(|_| self.generator.is_none()).map_or(&[], |instead| &instead.shown)
    }
}

/// An answer before it becomes JSON.
pub(super) struct Body {
    pub(super) quoting: Quoting,
    pub(super) outcome: wire::Outcome,
    pub(super) answerer: wire::Answerer,
}

const ACROSS: &str = "the notes answer in another language than the question: their own sentences are shown";

/// Who answers without a model.
pub(super) fn extractive() -> wire::Answerer {
    wire::Answerer { kind: "extractive", model: None, leaves_machine_to: None }
}

/// An answer that is wanted in other words than the notes': without a model it says that it is not, but for a quiz, which is one in their words.
fn in_other_words(mut answer: wire::Answer, manner: &Manner<'_>) -> wire::Answer {
    let quiz = answer.sentences.iter().any(|sentence| sentence.reply);
    if answer.outcome == wire::Outcome::Answered && manner.generator.is_none() && !quiz {
        answer.notices.push("only a model that writes can put it in other words: these are the notes' own sentences".to_owned());
    }
    answer
}

impl Snapshot {
    /// An answer from the notes' own sentences, each with a quote that was just found in its file.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn ask(&self, question: &Question, run: Run<'_>) -> Result<wire::Answer> {
        self.ask_with(question, &Manner::default(), run)
    }

    /// The same in the manner that is given. With a generator [`wire::AnswerEvent`]s tell what is written; if it fails, or if most of what it writes is not in
    /// the passages, the notes' own sentences take its place, and a notice says so.
    ///
    /// # Errors
    /// As [`Self::search`]. An answer that is stopped while it is written is no error: its outcome is `Cancelled`, with what was said.
    pub fn ask_with(&self, question: &Question, manner: &Manner<'_>, run: Run<'_>) -> Result<wire::Answer> {
        let anew = manner.generator.zip(manner.instead).map(|(generator, instead)| Anew { generator, times: instead.times });
        let manner = &Manner { generator: anew.as_ref().map_or(manner.generator, |anew| Some(anew)), ..*manner };
        let asked = match manner.rewrite {
            Some(rewrite) => Question { text: rewrite.standalone.clone(), ..question.clone() },
            None => question.clone(),
        };
        // What an act is about may be a name of another language than the question.
        let chinese = is_in_chinese(&question.text);
        let mut answer = match self.again(question, manner, chinese, run)? {
            Some(answer) => answer,
            None => self.act(&asked, chinese, manner, run)?,
        };
        answer.question.clone_from(&question.text);
        if let Some(rewrite) = manner.rewrite.filter(|r| r.kind != Kind::AsIs) {
            answer.followup = told(rewrite);
            if answer.outcome == wire::Outcome::NotInNotes {
                let said = &rewrite.standalone;
                answer.notices.push(format!("this was asked as `{said}`; if that is not what was meant, ask it as typed or in other words"));
            }
        }
        Ok(answer)
    }

    /// Does what is wanted of what was asked before, where a request names nothing itself.
    fn again(&self, question: &Question, manner: &Manner<'_>, chinese: bool, run: Run<'_>) -> Result<Option<wire::Answer>> {
        if manner.rewrite.is_some_and(|rewrite| rewrite.kind == Kind::Edited) {
            return Ok(None);
        }
        let Some(again) = Again::of(&question.text) else { return Ok(None) };
        // The last question that says what it is about.
        let questions = manner.before.iter().chain(manner.earlier.iter().map(|exchange| &exchange.question));
        let questions: Vec<&str> = questions.map(|before| Again::taken_off(before)).collect();
        let names = |before: &&str| Again::of(before).is_none() && !answer::is_small_talk(before);
        let Some(&before) = questions.iter().rfind(|before| names(before)) else { return Ok(None) };
        // It may have been asked about like this before.
        let turn = questions.iter().position(|asked| *asked == before).unwrap_or_default();
        let act = Act::of(before);
        let mut asked = Question { text: act.subject().unwrap_or(before).to_owned(), ..question.clone() };
        if let Act::Summarise { what, whole } = &act {
            // Of the note or folder that was summarised.
            let named = Named { what, whole: *whole, chinese };
            asked.filter = self.within(question, &named)?.map_or(asked.filter, |(filter, _)| filter);
        }
        // What compared two is about both.
        let sides = if let Act::Compare { sides } = &act { Some(sides) } else { None };
        let retold = |task, manner: &Manner<'_>| self.retold(&asked, task, sides, chinese, manner, run);
        // The likeliest words were said already; each time there are others.
        let times = questions.iter().filter(|asked| **asked == before || Again::of(asked).is_some()).count() as u64;
        let anew = manner.generator.map(|generator| Anew { generator, times });
        let anew = Manner { generator: anew.as_ref().map(|anew| anew as &dyn Generator), ..*manner };
        let mut answer = match again {
            Again::Simply => retold(Task::Simply, manner),
            Again::Summary => retold(Task::Summary, manner),
            Again::Briefly => retold(Task::Briefly, manner),
            Again::Quiz => retold(Task::Quiz, if times > 1 { &anew } else { manner }),
            Again::Otherwise | Again::InEnglish | Again::InChinese => {
                let chinese = match again {
                    Again::InEnglish => false,
                    Again::InChinese => true,
                    _ => is_in_chinese(before),
                };
                let same = Question { text: before.to_owned(), ..question.clone() };
                self.act(&same, chinese, if again == Again::Otherwise { &anew } else { manner }, run).map(|answer| in_other_words(answer, manner))
            }
        }?;
        answer.followup = Some(wire::FollowUp { kind: Kind::Continuation, turn: Some(turn + 1), subject: None });
        Ok(Some(answer))
    }

    /// Does what is wanted: a list or a summary of all of something, or an answer.
    fn act(&self, asked: &Question, chinese: bool, manner: &Manner<'_>, run: Run<'_>) -> Result<wire::Answer> {
        let about = |text: String| Question { text, ..asked.clone() };
        match Act::of(&asked.text) {
            Act::Ask => self.answer(asked, Task::Answer, None, chinese, manner, run),
            Act::List { of } => self.list(asked, &of, run),
            Act::Compare { sides } => self.answer(asked, Task::Compare, Some(&sides), chinese, manner, run),
            Act::Summarise { what, whole } => match self.summarise(asked, &Named { what: &what, whole, chinese }, manner.generator, run)? {
                Some(answer) => Ok(answer),
                // There is no note or folder of that name: it is a question.
                None => self.answer(asked, Task::Answer, None, chinese, manner, run),
            },
            Act::Explain { of } => self.retold(&about(of), Task::Simply, None, chinese, manner, run),
            Act::Quiz { about: subject } => self.retold(&about(subject), Task::Quiz, None, chinese, manner, run),
        }
    }

    /// What only a model can put into other words.
    fn retold(
        &self,
        asked: &Question,
        task: Task,
        sides: Option<&[String; 2]>,
        chinese: bool,
        manner: &Manner<'_>,
        run: Run<'_>,
    ) -> Result<wire::Answer> {
        Ok(in_other_words(self.answer(asked, task, sides, chinese, manner, run)?, manner))
    }

    fn answer(
        &self,
        asked: &Question,
        task: Task,
        sides: Option<&[String; 2]>,
        chinese: bool,
        manner: &Manner<'_>,
        run: Run<'_>,
    ) -> Result<wire::Answer> {
        let began = Instant::now();
        if let Some(generator) = manner.generator {
            // It is loaded while passages are looked for.
            generator.warm_up();
        }
        let of_day = match manner.today {
            Some(today) if sides.is_none() => self.of_day(asked, today, run)?,
            _ => None,
        };
        let (mut found, mut draft, answering) = match of_day {
            Some((found, draft)) => (found, draft, began),
            None => {
                let mut found = self.find(asked, asked.limit.max(ANSWER_PASSAGES), run)?;
                let answering = Instant::now();
                let mut draft = self.draft_without(&found, manner.shown(), run)?;
                if let Some(sides) = sides {
                    self.both_sides(asked, sides, &mut found, &mut draft, run)?;
                }
                (found, draft, answering)
            }
        };
        // Said of what is shown, in the language that was spoken; a bare identifier is in none.
        let spoken = found.query.asked.split_whitespace().nth(1).is_some() || chinese;
        // A command is in no language, either: its note is.
        let other = |text: &str| mostly_cjk(text) != chinese;
        let elsewhere = |point: &Point| other(&point.text) && other(&found.passages[point.passage].whole());
        draft.across = spoken && !draft.points.is_empty() && draft.points.iter().all(elsewhere);
        found.timings.insert("answer", ms(answering));
        let confidence = draft.confidence;
        // What the notes do not answer is not asked of a model; what only a reader could tell is.
        if let Some(generator) = manner.generator.filter(|_| draft.answered || draft.unsure) {
            let mut given = match sides {
                Some(sides) => self.with_sides(asked, sides, &found, run)?,
                None => found.clone(),
            };
            if let Some(body) =
                self.write(&mut given, &Assignment { generator, task, chinese, earlier: manner.earlier, sure: draft.answered }, run)?
            {
                return self.finish(asked, given, body, confidence, began);
            }
            (found.notices, found.timings) = (given.notices, given.timings);
        }
        if task == Task::Quiz
            && draft.answered
            && let Some(mut body) = self.quiz(&mut found, &draft, manner.earlier)?
        {
            body.quoting.notices.extend(draft.across.then(|| ACROSS.to_owned()));
            return self.finish(asked, found, body, confidence, began);
        }
        let body = self.quoted(&mut found, draft)?;
        if body.outcome == wire::Outcome::NotInNotes && answer::is_small_talk(&asked.text) {
            // What comes nearest to thanks is of no use.
            found.passages.clear();
            found.notices.push("this asks nothing of your notes".to_owned());
        }
        self.finish(asked, found, body, confidence, began)
    }

    /// The answer that the notes' own sentences give.
    pub(super) fn draft(&self, found: &Found, run: Run<'_>) -> Result<Draft> {
        self.draft_without(found, &[], run)
    }

    /// The one that they give without those that were shown before.
    fn draft_without(&self, found: &Found, shown: &[Read], run: Run<'_>) -> Result<Draft> {
        let material = Material {
            shown,
            query: &found.query,
            vector: found.vector.as_deref(),
            passages: &found.passages[..found.passages.len().min(ANSWER_PASSAGES)],
            embedder: self.embedder.as_deref(),
            lexical: self.lexical.as_ref(),
            tokens: self.tokens.as_deref(),
            settings: &self.settings.answer,
        };
        answer::extract(&material, run)
    }

    /// The same with its quotes looked up.
    pub(super) fn quoted(&self, found: &mut Found, draft: Draft) -> Result<Body> {
        let mut quoting = Quoting::default();
        for mut point in draft.points {
            let mark = point.mark.take();
            quoting.quote(self, &found.passages, point.passage, point, mark)?;
        }
        quoting.tell_lost();
        let outcome = if draft.answered && !quoting.sentences.is_empty() { wire::Outcome::Answered } else { wire::Outcome::NotInNotes };
        if outcome == wire::Outcome::NotInNotes {
            quoting = quoting.silent();
            if !draft.absent.is_empty() {
                let names: Vec<String> = draft.absent.iter().map(|name| format!("`{name}`")).collect();
                quoting.notices.push(format!("no note mentions {}", names.join(", ")));
            }
        } else if draft.across {
            quoting.notices.push(ACROSS.to_owned());
        }
        if draft.cut > 0 && outcome == wire::Outcome::Answered {
            quoting.notices.push(format!("the list goes on: {} more in the note", draft.cut));
        }
        Ok(Body { quoting, outcome, answerer: extractive() })
    }

    /// The answer as JSON has it.
    pub(super) fn finish(&self, asked: &Question, mut found: Found, body: Body, confidence: f32, began: Instant) -> Result<wire::Answer> {
        let Body { quoting, outcome, answerer } = body;
        found.timings.insert("total", ms(began));
        found.notices.extend(quoting.notices.iter().cloned());
        Ok(wire::Answer {
            version: wire::VERSION,
            question: asked.text.clone(),
            standalone_question: found.query.text.clone(),
            followup: None,
            outcome,
            confidence,
            answerer,
            answer: quoting.text(),
            sentences: quoting.sentences,
            citations: quoting.citations,
            coverage: None,
            passages: found.passages.iter().map(|p| passage_json(p, &found.query)).collect(),
            notices: found.notices,
            timings_ms: found.timings,
            generation: self.generation()?,
        })
    }
}
