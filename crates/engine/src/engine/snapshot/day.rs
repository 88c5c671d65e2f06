//! A question about a day: what the notes of that day say, whether they carry it in their name, in their front matter, in a heading or at the head of a line. It must
//! not know which day it is.

use std::sync::Arc;

use jiff::civil::Date;

use super::summarise::unfound;
use super::{ANSWER_PASSAGES, Found, Passage, Question, Snapshot};
use crate::answer::{self, Draft};
use crate::day::{self, Named};
use crate::document::Span;
use crate::error::Result;
use crate::event::Run;
use crate::retrieve::Query;
use crate::retrieve::query::is_question_word;
use crate::wire;

/// Passages in which the day is looked for, and notes that are read for it.
const LOOKED_INTO: usize = 200;
const NOTES: usize = 40;
/// Bytes of an entry that are read.
const LONGEST: usize = 6_000;
/// Share of the question's words, by rarity, that the day's entries must have where it asks for something.
const ASKED: f32 = 0.5;

/// Words of a question that asks what there was, or will be, on a day, as they are searched for.
#[rustfmt::skip]
const WHATEVER: &[&str] = &[
    "发生", "写", "写下", "记", "记下", "记录", "干", "干什么", "忙", "事", "事情", "日记", "笔记", "安排", "计划", "日程", "怎么过", "过", "happen", "write", "wrote", "written", "note", "diari",
    "journal", "entri", "record", "plan", "schedul", "done", "up", "go", "went", "get", "day",
];

impl Snapshot {
    /// What the notes have of the day that a question names, and the answer in it. None where the question names no day, or asks for something that the notes of that
    /// day do not answer.
    pub(super) fn of_day(&self, asked: &Question, today: Date, run: Run<'_>) -> Result<Option<(Found, Draft)>> {
        let named = day::named(&asked.text, today).filter(|_| !answer::is_small_talk(&asked.text));
        let Some(named) = named else { return Ok(None) };
        let passages = self.entries(asked, named.day, run)?;
        let rest = format!("{} {}", &asked.text[..named.span.start], &asked.text[named.span.end..]);
        let wanted = self.query(&rest).ok().filter(asks_for_something);
        if passages.is_empty() {
            if wanted.is_some() {
                return Ok(None);
            }
            // What there was on another day is no answer.
            let mut found = self.find(asked, asked.limit.max(ANSWER_PASSAGES), run)?;
            found.notices.push(format!("no note has anything of {}", named.day));
            return Ok(Some((found, Draft::default())));
        }
        let query = self.query(&dated(&asked.text, &named))?;
        let mut found = Found { query, vector: None, passages, hits: Vec::new(), notices: self.notices.clone(), timings: wire::Timings::new() };
        let draft = match wanted {
            None => answer::account(&found.passages),
            Some(query) => {
                let said: String = found.passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n");
                if answer::holds(&query, self.lexical.as_ref(), &said) < ASKED {
                    return Ok(None);
                }
                let dated = std::mem::replace(&mut found.query, query);
                let draft = self.draft(&found, run)?;
                found.query = dated;
                draft
            }
        };
        if !draft.answered {
            return Ok(None);
        }
        found.notices.push(format!("this is what the notes have of {}", named.day));
        Ok(Some((found, draft)))
    }

    /// The parts of notes that are of a day.
    fn entries(&self, asked: &Question, day: Date, run: Run<'_>) -> Result<Vec<Passage>> {
        let keep = self.filter(&asked.filter)?;
        let kept = |id: &u64| keep.as_ref().is_none_or(|keep| keep.contains(id));
        let said = day.to_string();
        let of_day = |title: &str, path: &str, own: Option<&str>| own == Some(said.as_str()) || day::carries(title, day) || day::carries(path, day);
        let mut whole = self.catalog().called(of_day)?;
        whole.retain(kept);
        let mut notes = whole.clone();
        if let Some(index) = &self.lexical {
            let keep = keep.as_ref().map(|keep| move |id: u64| keep.contains(&id));
            let keep: Option<&(dyn Fn(u64) -> bool + Send + Sync)> = keep.as_ref().map(|keep| keep as _);
            for hit in index.search(&Query::new(&forms(day))?.terms, &self.settings.search.fields, LOOKED_INTO, keep)? {
                if notes.len() < NOTES && !notes.contains(&hit.document) {
                    notes.push(hit.document);
                }
            }
        }
        let mut out: Vec<Passage> = Vec::new();
        for id in notes.into_iter().take(NOTES) {
            run.cancel.check()?;
            let catalog = self.catalog();
            let Some(document) = catalog.document(id)?.filter(|d| d.root.join(&d.path).is_file()).map(Arc::new) else { continue };
            let text = catalog.text(id)?;
            let chunks = catalog.chunks_of(id)?;
            let mut spans: Vec<Span> = day::entries(&text, &format!("{} {}", document.path, document.title), day);
            if spans.is_empty() && whole.contains(&id) {
                spans = chunks.iter().map(|chunk| chunk.span.clone()).collect();
            }
            for span in spans {
                let span = span.start..super::floor_boundary(&text, span.end.min(span.start + LONGEST));
                let Some(chunk) = chunks.iter().rev().find(|chunk| chunk.span.start <= span.start).or(chunks.first()) else { continue };
                let mut chunk = chunk.clone();
                chunk.place = document.source_map.place(&text, span.start);
                chunk.span = span.clone();
                out.push(unfound(Arc::clone(&document), chunk, text[span].to_owned()));
                if out.len() == ANSWER_PASSAGES {
                    return Ok(out);
                }
            }
        }
        Ok(out)
    }
}

/// Whether a question asks for something, and not only what there was.
fn asks_for_something(query: &Query) -> bool {
    query.terms.words.iter().any(|(word, _)| !is_question_word(word) && !WHATEVER.contains(&word.as_str()))
}

/// A question with its day as a date.
fn dated(question: &str, named: &Named) -> String {
    let (before, after) = (&question[..named.span.start], &question[named.span.end..]);
    let apart = |c: Option<char>| if c.is_some_and(char::is_alphanumeric) { " " } else { "" };
    format!("{before}{}{}{}{after}", apart(before.chars().next_back()), named.day, apart(after.chars().next()))
}

/// A day in the ways in which notes write it.
fn forms(day: Date) -> String {
    let (year, month, date) = (day.year(), day.month(), day.day());
    format!(
        "{day} {year}/{month:02}/{date:02} {year}.{month:02}.{date:02} {year}年{month}月{date}日 {} {}",
        day.strftime("%B %d"),
        day.strftime("%b")
    )
}
