//! Questions and the conversations they are kept in.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use sidenote_engine::answer::prompt::{Exchange, Read};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::conversations::{Conversations, KeptTurn};
use sidenote_engine::engine::{Cited, Instead, Manner, Question, Snapshot, stopped, today};
use sidenote_engine::error::{Error, ErrorCode, Result as EngineResult};
use sidenote_engine::eval::set::GoldQuestion;
use sidenote_engine::event::{Event, Observer, Run, Silent};
use sidenote_engine::export::{self, Exported, Scope};
use sidenote_engine::followup::{self, Rewrite};
use sidenote_engine::paths::Paths;
use sidenote_engine::{notes, wire};
use tauri::State;
use tauri::ipc::Channel;

use super::notes::made;
use crate::desk::Desk;
use crate::picker::{Picker, Wanted};
use crate::wire::{self as wanted, AskEvent, AskRequest, Asked, Failure, Waiting};

type Result<T> = std::result::Result<T, Failure>;

/// Passages that come with an answer.
const PASSAGES: usize = 8;
/// Questions that are suggested.
const SUGGESTIONS: usize = 4;

/// Questions to begin with, for the notes that come with the program; each is answered by them (tested).
const EXAMPLES: [(&str, [&str; SUGGESTIONS]); 2] = [
    ("zh", ["注意力机制为什么要除以根号 d？", "LoRA 微调的原理是什么？", "RAG 和微调各适合什么场景？", "如何缓解大模型的幻觉？"]),
    (
        "en",
        [
            "Why is attention divided by the square root of d?",
            "How does LoRA fine-tuning work?",
            "What is the KV cache for?",
            "How can hallucinations be reduced?",
        ],
    ),
];

#[tauri::command]
pub(crate) async fn ask(desk: State<'_, Arc<Desk>>, job: u64, request: AskRequest, events: Channel<AskEvent>) -> Result<Asked> {
    desk.inner().clone().run(Some(job), move |desk, cancel| answer(desk, request, &Teller(events), cancel)).await
}

/// Tells the page what is written.
struct Teller(Channel<AskEvent>);

impl Teller {
    fn tell(&self, event: AskEvent) {
        // A page that is gone is told nothing; the answer is kept all the same.
        drop(self.0.send(event));
    }
}

impl Observer for Teller {
    fn event(&self, event: Event) {
        if let Event::Answer(event) = event {
            self.tell(AskEvent::Answer(event));
        }
    }
}

fn answer(desk: &Desk, request: AskRequest, teller: &Teller, cancel: &CancelToken) -> EngineResult<Asked> {
    let earlier = match request.conversation {
        Some(id) => desk.conversations(|c| c.turns(id))?,
        None => Vec::new(),
    };
    let before = earlier.iter().filter(|turn| request.replaces.is_none_or(|replaced| turn.id < replaced));
    let history: Vec<followup::Turn> = before.map(told).collect();
    let rewrite = match &request.standalone {
        Some(edited) => Rewrite::edited(edited),
        None => followup::rewrite(&history, &request.question),
    };
    let filter = serde_json::to_value(&request.filter).map_err(Error::internal)?;
    let question = Question { text: request.question.clone(), filter: request.filter.clone().into(), limit: PASSAGES };
    let (snapshot, mut notices) = desk.fresh_snapshot(&|progress| teller.tell(AskEvent::Waiting(Waiting::Indexing { progress })), cancel)?;
    let models = desk.models()?;
    let said: Vec<Exchange> = earlier_said(&earlier, request.replaces);
    let generator = models.generator.as_deref().filter(|_| !request.extractive);
    let instead = request.instead.as_ref().map(other_than);
    let manner = Manner { rewrite: Some(&rewrite), earlier: &said, generator, today: Some(today()), instead: instead.as_ref(), ..Manner::default() };
    // A person's question comes before work in the background, whoever answers it.
    let aside = desk.indexer.aside();
    let mut answer = match snapshot.ask_with(&question, &manner, Run { observer: teller, cancel }) {
        // Stopped is one of the ways a question ends.
        Err(e) if e.code == ErrorCode::Cancelled => stopped(&question.text, &rewrite),
        answer => answer?,
    };
    drop(aside);
    let stopped = answer.outcome == wire::Outcome::Cancelled && answer.sentences.is_empty();
    if let Some(replaced) = request.replaces.filter(|_| stopped || instead.is_some()) {
        let (turn, conversation) = desk.conversations(|c| {
            let turn = c.turn(replaced)?;
            Ok((turn.clone(), c.info(turn.conversation)?))
        })?;
        // Stopped before a sentence, or with no other answer than that: what was answered before is better than nothing, and stays.
        if stopped || is_no_other(&answer, &turn) {
            let elsewhere = generator.is_some_and(|generator| generator.spec().leaves_machine_to.is_some());
            let told = if elsewhere { answer.notices } else { Vec::new() };
            return Ok(Asked { conversation: Some(conversation), turn: shown(Some(&snapshot), turn)?, told });
        }
    }
    answer.notices.append(&mut notices);
    answer.notices.extend(models.told());
    // The answer is on the screen; what it does not know of is said below it: what waits to be indexed, and what was while it was written.
    let newer = || desk.engine()?.generation().and_then(|now| Ok(now != snapshot.generation()?));
    if desk.indexer.is_behind() || newer().unwrap_or(false) {
        answer.notices.extend(snapshot.staleness(Run { observer: &Silent, cancel }).ok().flatten());
    }
    kept(desk, &request, filter, answer, &snapshot)
}

/// An answer, kept in its conversation. One that cannot be kept is given all the same, and says so.
fn kept(desk: &Desk, request: &AskRequest, filter: Value, mut answer: wire::Answer, snapshot: &Snapshot) -> EngineResult<Asked> {
    let asked_at = jiff::Timestamp::now();
    let json = serde_json::to_value(&answer).map_err(Error::internal)?;
    let kept = desk.conversations(|c| {
        let (turn, conversation) = c.keep(request.conversation, request.replaces, &request.question, &filter, &json, &asked_at.to_string())?;
        if request.replaces.is_some() {
            // What was said of the answer before goes with it; if it cannot be written now, the next mark does.
            let _ = keep_for_eval(c, &desk.paths);
        }
        Ok((c.turn(turn)?, c.info(conversation)?))
    });
    match kept {
        Ok((turn, conversation)) => Ok(Asked { conversation: Some(conversation), turn: shown(Some(snapshot), turn)?, told: Vec::new() }),
        Err(e) => {
            answer.notices.push(format!("this answer could not be kept: {}; {}", e.message, e.hint));
            let turn = KeptTurn {
                id: -asked_at.as_millisecond(),
                conversation: 0,
                asked_at: asked_at.to_string(),
                question: request.question.clone(),
                filter,
                answer: serde_json::to_value(&answer).map_err(Error::internal)?,
                mark: None,
            };
            Ok(Asked { conversation: None, turn: shown(Some(snapshot), turn)?, told: Vec::new() })
        }
    }
}

fn other_than(instead: &wanted::Instead) -> Instead {
    let read = |place: &wanted::Shown| Read { document: place.document_id, start: place.start, end: place.end };
    Instead { times: instead.times, shown: instead.shown.iter().map(read).collect() }
}

/// Whether an answer says nothing that the one before it does not say: a refusal is no other answer than what was answered, either.
fn is_no_other(answer: &wire::Answer, before: &KeptTurn) -> bool {
    let said = before.answer.get("answer").and_then(|said| said.as_str()).unwrap_or_default();
    answer.outcome == wire::Outcome::NotInNotes || (answer.outcome == wire::Outcome::Answered && answer.answer == said)
}

/// What was said before, for a model that writes.
fn earlier_said(earlier: &[KeptTurn], replaces: Option<i64>) -> Vec<Exchange> {
    let before = earlier.iter().filter(|turn| replaces.is_none_or(|replaced| turn.id < replaced));
    before
        .map(|turn| {
            let sentences = turn.answer.get("sentences").and_then(|s| s.as_array());
            let texts: Vec<&str> = sentences.into_iter().flatten().filter_map(|s| s.get("text")?.as_str()).collect();
            Exchange { question: told(turn).standalone, answer: texts.join(" "), passages: read(turn) }
        })
        .collect()
}

/// What a model read for an answer, if one wrote it.
fn read(turn: &KeptTurn) -> Vec<Read> {
    let wrote = turn.answer.pointer("/answerer/kind").and_then(|kind| kind.as_str()) == Some("generative");
    let passages = turn.answer.get("passages").and_then(|p| p.as_array()).filter(|_| wrote);
    let number = |passage: &serde_json::Value, key: &str| passage.get(key)?.as_u64();
    let place = |passage| {
        let (start, end) = (number(passage, "start")?, number(passage, "end")?);
        Some(Read { document: number(passage, "document_id")?, start: usize::try_from(start).ok()?, end: usize::try_from(end).ok()? })
    };
    passages.into_iter().flatten().filter_map(place).collect()
}

/// A turn as follow-ups need it.
fn told(turn: &KeptTurn) -> followup::Turn {
    let text = |key: &str| turn.answer.get(key).and_then(|v| v.as_str());
    let citations = turn.answer.get("citations").and_then(|c| c.as_array());
    let cited = citations.into_iter().flatten().filter_map(|c| c.get("title")?.as_str().map(str::to_owned));
    let standalone = text("standalone_question").unwrap_or(&turn.question);
    followup::Turn::answered(&turn.question, standalone, text("answer").unwrap_or_default(), cited)
}

/// A kept turn with its citations as they are now; without any notes they are gone.
fn shown(snapshot: Option<&Snapshot>, turn: KeptTurn) -> EngineResult<wire::Turn> {
    let now = |cited: &Cited| snapshot.map_or_else(|| Ok(cited.gone()), |snapshot| snapshot.citation_now(cited));
    let citations_now = cited(&turn).iter().map(now).collect::<EngineResult<_>>()?;
    let asked_of = titles(snapshot, &turn.filter);
    Ok(wire::Turn { id: turn.id, asked_at: turn.asked_at, filter: turn.filter, asked_of, answer: turn.answer, mark: turn.mark, citations_now })
}

/// What the notes are called that a question was asked of.
fn titles(snapshot: Option<&Snapshot>, filter: &Value) -> Vec<String> {
    let ids = filter.get("notes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64);
    snapshot.map_or_else(Vec::new, |snapshot| ids.filter_map(|id| Some(snapshot.note(id).ok()?.title)).collect())
}

fn cited(turn: &KeptTurn) -> Vec<Cited> {
    turn.answer.get("citations").and_then(|c| serde_json::from_value(c.clone()).ok()).unwrap_or_default()
}

#[tauri::command]
pub(crate) async fn conversations(desk: State<'_, Arc<Desk>>, query: Option<String>) -> Result<Vec<wire::ConversationInfo>> {
    desk.inner().clone().run(None, move |desk, _| desk.conversations(|c| c.list(query.as_deref()))).await
}

#[tauri::command]
pub(crate) async fn conversation(desk: State<'_, Arc<Desk>>, id: i64) -> Result<wire::Conversation> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (info, turns) = desk.conversations(|c| Ok((c.info(id)?, c.turns(id)?)))?;
            let snapshot = desk.any_snapshot()?;
            let turns = turns.into_iter().map(|turn| shown(snapshot.as_deref(), turn)).collect::<EngineResult<_>>()?;
            Ok(wire::Conversation { id, title: info.title, updated_at: info.updated_at, turns })
        })
        .await
}

#[tauri::command]
pub(crate) async fn rename_conversation(desk: State<'_, Arc<Desk>>, id: i64, title: String) -> Result<()> {
    desk.inner().clone().run(None, move |desk, _| desk.conversations(|c| c.rename(id, &title))).await
}

#[tauri::command]
pub(crate) async fn remove_conversation(desk: State<'_, Arc<Desk>>, id: i64) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            desk.conversations(|c| {
                c.remove(id)?;
                // What was said of its answers goes with it; if that cannot be written now, the next mark does, and the conversation is gone all the same.
                let _ = keep_for_eval(c, &desk.paths);
                Ok(())
            })
        })
        .await
}

#[tauri::command]
pub(crate) async fn markdown(desk: State<'_, Arc<Desk>>, id: i64, turn: Option<i64>) -> Result<String> {
    desk.inner().clone().run(None, move |desk, _| exported(desk, id, turn)).await
}

fn exported(desk: &Desk, id: i64, turn: Option<i64>) -> EngineResult<String> {
    let (info, turns) = desk.conversations(|c| Ok((c.info(id)?, c.turns(id)?)))?;
    let snapshot = desk.any_snapshot()?;
    let snapshot = snapshot.as_deref();
    match turn {
        Some(turn) => {
            let kept = turns
                .iter()
                .find(|t| t.id == turn)
                .ok_or_else(|| Error::new(ErrorCode::NotFound, "this answer is no longer there", "it was asked again"))?;
            Ok(export::answer(&parts(snapshot, kept)?))
        }
        None => {
            let parts: EngineResult<Vec<_>> = turns.iter().map(|turn| parts(snapshot, turn)).collect();
            Ok(export::conversation(&info.title, &parts?))
        }
    }
}

fn parts(snapshot: Option<&Snapshot>, turn: &KeptTurn) -> EngineResult<Exported> {
    let exported: Exported = serde_json::from_value(turn.answer.clone()).map_err(Error::internal)?;
    let mut scope: Scope = serde_json::from_value(turn.filter.clone()).unwrap_or_default();
    scope.titles = titles(snapshot, &turn.filter);
    Ok(Exported { scope, ..exported })
}

#[tauri::command]
pub(crate) async fn export_markdown(picker: State<'_, Arc<Picker>>, desk: State<'_, Arc<Desk>>, id: i64) -> Result<bool> {
    let picker = Arc::clone(&picker);
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (text, title) = (exported(desk, id, None)?, desk.conversations(|c| c.info(id))?.title);
            let name = notes::file_name(&title).unwrap_or_else(|_| "conversation".to_owned());
            let Some(file) = picker.pick(Wanted::Place(format!("{name}.md"))) else { return Ok(false) };
            notes::write_whole(&file, text.as_bytes())?;
            Ok(true)
        })
        .await
}

#[tauri::command]
pub(crate) async fn mark(desk: State<'_, Arc<Desk>>, turn: i64, mark: Option<wire::Mark>) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            // One after the other: of two marks the later one is what is kept.
            desk.conversations(|c| {
                c.mark(turn, mark)?;
                // The mark is kept; the questions made of marks are written again with the next one.
                let _ = keep_for_eval(c, &desk.paths);
                Ok(())
            })
        })
        .await
}

/// Writes what the person thinks of answers as questions for `sidenote eval`. A right answer says which notes hold it, a wrong one what is not to be quoted again: what
/// is right, nobody said. A refusal that was right says that the notes have no answer, one that was wrong that they have.
fn keep_for_eval(conversations: &Conversations, paths: &Paths) -> EngineResult<()> {
    let (right, wrong) = (conversations.marked(wire::Mark::Right)?, conversations.marked(wire::Mark::Wrong)?);
    let mut lines = String::new();
    for (turn, good) in right.iter().map(|t| (t, true)).chain(wrong.iter().map(|t| (t, false))) {
        let citations = cited(turn);
        let answered = !citations.is_empty();
        let gold = good && answered;
        let quotes: Vec<String> = citations.iter().map(|c| c.quote.clone()).collect();
        let gold_docs: BTreeSet<String> = citations.iter().filter(|_| gold).map(|c| c.document.clone()).collect();
        let question = GoldQuestion {
            id: format!("turn-{}", turn.id),
            question: told(turn).standalone,
            answerable: answered || !good,
            gold_docs: gold_docs.into_iter().collect(),
            gold_spans: if gold { quotes.clone() } else { Vec::new() },
            wrong_spans: if good { Vec::new() } else { quotes },
            ..GoldQuestion::default()
        };
        lines.push_str(&serde_json::to_string(&question).map_err(Error::internal)?);
        lines.push('\n');
    }
    notes::write_whole(&paths.marked(), lines.as_bytes())
}

#[tauri::command]
pub(crate) async fn suggestions(desk: State<'_, Arc<Desk>>, turn: Option<i64>, language: String) -> Result<Vec<String>> {
    desk.inner()
        .clone()
        .run(None, move |desk, cancel| {
            let run = Run { observer: &Silent, cancel };
            if let Some(turn) = turn {
                let Some(snapshot) = desk.any_snapshot()? else { return Ok(Vec::new()) };
                let kept = desk.conversations(|c| c.turn(turn))?;
                let places: Vec<(u64, usize)> = cited(&kept).iter().map(|c| (c.document_id, c.start)).collect();
                return snapshot.questions_near(&places, &told(&kept).standalone, SUGGESTIONS - 1, run);
            }
            let (shipped, own) = (shipped(desk)?, desk.engine()?.libraries()?.iter().any(|l| !l.shipped && l.indexed > 0));
            // Where there are examples, a person's own notes come first, but leave room for some.
            let most = if shipped { SUGGESTIONS / 2 } else { SUGGESTIONS };
            let snapshot = if own { desk.any_snapshot()? } else { None };
            let mut questions = snapshot.map_or_else(|| Ok(Vec::new()), |snapshot| snapshot.questions_of_notes(shipped, most, run))?;
            if shipped {
                let examples = EXAMPLES.iter().find(|(l, _)| *l == language).unwrap_or(&EXAMPLES[0]).1;
                questions.extend(examples.map(str::to_owned));
                questions.truncate(SUGGESTIONS);
            }
            Ok(questions)
        })
        .await
}

/// Whether the notes that came with the program can be asked, or will be once they are read: a question waits for that.
fn shipped(desk: &Desk) -> EngineResult<bool> {
    Ok(desk.engine()?.libraries()?.iter().any(|l| l.shipped && (l.indexed > 0 || (l.present && !l.synced))))
}

#[tauri::command]
pub(crate) async fn save_as_note(desk: State<'_, Arc<Desk>>, turn: i64) -> Result<wire::NoteInfo> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let kept = desk.conversations(|c| c.turn(turn))?;
            let text = export::answer(&parts(desk.any_snapshot()?.as_deref(), &kept)?);
            made(desk, |folder| notes::create(folder, &told(&kept).standalone, &text))
        })
        .await
}
