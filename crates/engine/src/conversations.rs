//! The conversations a person has had: questions, answers as they were given, and what the person thinks of them. A file of its own
//! (`<data>/conversations.sqlite`): the catalog may be thrown away and made again, this may not. It must not know how answers are made, or
//! what their JSON holds beyond the words that are looked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use crate::error::{Error, ErrorCode, Result};
use crate::text::{normalise, normalise_mapped};
use crate::wire::{ConversationInfo, Mark};

/// The version this program writes, kept in `PRAGMA user_version`.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE conversations (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE turns (
  id INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  asked_at TEXT NOT NULL, question TEXT NOT NULL, filter TEXT NOT NULL, answer TEXT NOT NULL, words TEXT NOT NULL, mark TEXT);
CREATE INDEX turns_conversation ON turns (conversation, id);
";

/// Characters of a title that was made from a question.
const TITLE: usize = 60;
/// Characters around the words in a snippet.
const AROUND: usize = 24;

/// A question and its answer, as kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptTurn {
    /// Never reused.
    pub id: i64,
    /// Its conversation.
    pub conversation: i64,
    /// RFC 3339.
    pub asked_at: String,
    /// As typed.
    pub question: String,
    /// Where it was asked, as it was given.
    pub filter: Value,
    /// The answer's JSON, as it was given.
    pub answer: Value,
    /// What the person thinks of it.
    pub mark: Option<Mark>,
}

/// The store. SQLite lets several processes use it: each call is a transaction of its own.
#[derive(Debug)]
pub struct Conversations {
    db: Connection,
    /// The words of turns as they are looked in: a turn never changes, and somebody who searches looks with every key.
    normalised: RefCell<HashMap<i64, String>>,
}

impl Conversations {
    /// Opens the file, creating it if needed.
    ///
    /// # Errors
    /// `DataTooNew`, `DataDamaged`, `Io`.
    pub fn open(path: &Path) -> Result<Self> {
        let db = Connection::open(path)?;
        db.busy_timeout(Duration::from_secs(10))?;
        let found: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        if found > VERSION {
            return Err(Error::new(
                ErrorCode::DataTooNew,
                format!("the conversations in `{}` have version {found}, this program knows version {VERSION}", path.display()),
                "update Sidenote, or use another data folder",
            ));
        }
        // FULL: what a person asked is not made again.
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
        if found == 0 {
            db.execute_batch(&format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;"))?;
        }
        Ok(Self { db, normalised: RefCell::default() })
    }

    /// Keeps a turn: in a conversation, or in a new one that is named after the question. With `replaces`, that turn of the conversation and what
    /// followed it go. Returns the turn's id and its conversation's.
    ///
    /// # Errors
    /// `NotFound` if there is no such conversation, `Io`.
    pub fn keep(
        &mut self,
        conversation: Option<i64>,
        replaces: Option<i64>,
        question: &str,
        filter: &Value,
        answer: &Value,
        now: &str,
    ) -> Result<(i64, i64)> {
        let tx = self.db.transaction()?;
        let conversation = match conversation {
            Some(id) => {
                if tx.execute("UPDATE conversations SET updated_at = ?2 WHERE id = ?1", params![id, now])? == 0 {
                    return Err(unknown(id));
                }
                id
            }
            None => {
                tx.execute("INSERT INTO conversations (title, updated_at) VALUES (?1, ?2)", params![title_of(question), now])?;
                tx.last_insert_rowid()
            }
        };
        if let Some(turn) = replaces {
            let first: Option<(i64, String)> = tx
                .query_row("SELECT id, question FROM turns WHERE conversation = ?1 ORDER BY id LIMIT 1", [conversation], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })
                .optional()?;
            tx.execute("DELETE FROM turns WHERE conversation = ?1 AND id >= ?2", params![conversation, turn])?;
            // A conversation that begins anew is about something else, unless the person named it.
            if let Some((_, before)) = first.filter(|(id, _)| *id == turn) {
                tx.execute(
                    "UPDATE conversations SET title = ?2 WHERE id = ?1 AND title = ?3",
                    params![conversation, title_of(question), title_of(&before)],
                )?;
            }
        }
        tx.execute(
            "INSERT INTO turns (conversation, asked_at, question, filter, answer, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![conversation, now, question, filter.to_string(), answer.to_string(), words(question, answer)],
        )?;
        let turn = tx.last_insert_rowid();
        tx.commit()?;
        Ok((turn, conversation))
    }

    /// Every conversation, newest first; with words, those that hold all of them, and where.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn list(&self, query: Option<&str>) -> Result<Vec<ConversationInfo>> {
        let terms: Vec<String> = query.map(normalise).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let mut select = self.db.prepare_cached(
            "SELECT c.id, c.title, c.updated_at, (SELECT count(*) FROM turns t WHERE t.conversation = c.id)
             FROM conversations c ORDER BY c.updated_at DESC, c.id DESC",
        )?;
        let all = select.query_map([], info)?.collect::<rusqlite::Result<Vec<_>>>()?;
        if terms.is_empty() {
            return Ok(all);
        }
        let mut normalised = self.normalised.borrow_mut();
        let mut before = std::mem::take(&mut *normalised);
        let mut out = Vec::new();
        for mut conversation in all {
            let mut select = self.db.prepare_cached("SELECT id FROM turns WHERE conversation = ?1 ORDER BY id")?;
            let turns = select.query_map([conversation.id], |r| r.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
            for &turn in &turns {
                let words = before.remove(&turn).map_or_else(|| Ok(normalise(&self.words(turn)?)), Ok::<_, Error>)?;
                normalised.insert(turn, words);
            }
            let holding = |term: &String| turns.iter().copied().find(|turn| normalised[turn].contains(term));
            let title = normalise(&conversation.title);
            if terms.iter().all(|term| title.contains(term) || holding(term).is_some()) {
                conversation.snippet = holding(&terms[0]).map(|turn| self.words(turn)).transpose()?.and_then(|words| snippet(&words, &terms[0]));
                out.push(conversation);
            }
        }
        Ok(out)
    }

    /// What is looked for in a turn. None in one that another program has just removed.
    fn words(&self, turn: i64) -> Result<String> {
        let mut select = self.db.prepare_cached("SELECT words FROM turns WHERE id = ?1")?;
        Ok(select.query_row([turn], |r| r.get(0)).optional()?.unwrap_or_default())
    }

    /// One conversation's line.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn info(&self, id: i64) -> Result<ConversationInfo> {
        let mut select = self.db.prepare_cached(
            "SELECT c.id, c.title, c.updated_at, (SELECT count(*) FROM turns t WHERE t.conversation = c.id) FROM conversations c WHERE c.id = ?1",
        )?;
        select.query_row([id], info).optional()?.ok_or_else(|| unknown(id))
    }

    /// A conversation's turns, oldest first.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn turns(&self, conversation: i64) -> Result<Vec<KeptTurn>> {
        let mut select = self
            .db
            .prepare_cached("SELECT id, conversation, asked_at, question, filter, answer, mark FROM turns WHERE conversation = ?1 ORDER BY id")?;
        let rows = select.query_map([conversation], kept)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One turn.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn turn(&self, id: i64) -> Result<KeptTurn> {
        let mut select = self.db.prepare_cached("SELECT id, conversation, asked_at, question, filter, answer, mark FROM turns WHERE id = ?1")?;
        select
            .query_row([id], kept)
            .optional()?
            .ok_or_else(|| Error::new(ErrorCode::NotFound, format!("there is no answer number {id}"), "it was deleted; open the conversation again"))
    }

    /// Names a conversation; a blank name is refused.
    ///
    /// # Errors
    /// `InvalidInput`, `NotFound`.
    pub fn rename(&self, id: i64, title: &str) -> Result<()> {
        let title = title.trim();
        if title.is_empty() {
            return Err(Error::new(ErrorCode::InvalidInput, "a conversation needs a name", "write at least one character"));
        }
        match self.db.execute("UPDATE conversations SET title = ?2 WHERE id = ?1", params![id, title])? {
            0 => Err(unknown(id)),
            _ => Ok(()),
        }
    }

    /// Deletes a conversation with everything in it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove(&self, id: i64) -> Result<()> {
        match self.db.execute("DELETE FROM conversations WHERE id = ?1", [id])? {
            0 => Err(unknown(id)),
            _ => Ok(()),
        }
    }

    /// What the person thinks of an answer.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn mark(&self, turn: i64, mark: Option<Mark>) -> Result<()> {
        self.turn(turn)?;
        let word = mark.map(|mark| match mark {
            Mark::Right => "right",
            Mark::Wrong => "wrong",
        });
        self.db.execute("UPDATE turns SET mark = ?2 WHERE id = ?1", params![turn, word])?;
        Ok(())
    }

    /// Every turn that the person marked so, oldest first.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn marked(&self, mark: Mark) -> Result<Vec<KeptTurn>> {
        let mut select =
            self.db.prepare_cached("SELECT id, conversation, asked_at, question, filter, answer, mark FROM turns WHERE mark = ?1 ORDER BY id")?;
        let rows = select.query_map([if mark == Mark::Right { "right" } else { "wrong" }], kept)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn info(r: &Row<'_>) -> rusqlite::Result<ConversationInfo> {
    Ok(ConversationInfo { id: r.get(0)?, title: r.get(1)?, updated_at: r.get(2)?, turns: r.get(3)?, snippet: None })
}

fn kept(r: &Row<'_>) -> rusqlite::Result<KeptTurn> {
    let json = |column| -> rusqlite::Result<Value> {
        let text: String = r.get(column)?;
        serde_json::from_str(&text).map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(e)))
    };
    let mark: Option<String> = r.get(6)?;
    Ok(KeptTurn {
        id: r.get(0)?,
        conversation: r.get(1)?,
        asked_at: r.get(2)?,
        question: r.get(3)?,
        filter: json(4)?,
        answer: json(5)?,
        mark: mark.map(|word| if word == "right" { Mark::Right } else { Mark::Wrong }),
    })
}

fn unknown(id: i64) -> Error {
    Error::new(ErrorCode::NotFound, format!("there is no conversation number {id}"), "it was deleted; choose another one")
}

/// The first line of a question, as far as a list has room for it.
fn title_of(question: &str) -> String {
    let line = question.trim().lines().next().unwrap_or("").trim();
    match line.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// What is looked for in a turn: question and answer.
fn words(question: &str, answer: &Value) -> String {
    let sentences = answer.get("sentences").and_then(Value::as_array);
    let texts = sentences.into_iter().flatten().filter_map(|s| s.get("text").and_then(Value::as_str));
    std::iter::once(question).chain(texts).collect::<Vec<_>>().join("\n")
}

/// The first line that holds a word, shortened around it.
fn snippet(text: &str, term: &str) -> Option<String> {
    let line = text.lines().find(|line| normalise(line).contains(term))?;
    let (normalised, origin) = normalise_mapped(line);
    // Where it cannot be said which characters of the line it is, the line begins with it for all that is known.
    let found = normalised.find(term).map_or(0..0, |at| origin[at]..origin[at + term.len()]);
    let from = line[..found.start].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let to = line[found.end..].char_indices().nth(AROUND).map_or(line.len(), |(at, _)| found.end + at);
    let (left, right) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    Some(format!("{left}{}{right}", &line[from..to]))
}
