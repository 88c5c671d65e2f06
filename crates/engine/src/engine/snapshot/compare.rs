//! "Compare A and B": both sides are looked for, and the answer has a sentence of each. It must not know how the two sides were recognised.

use super::{Found, Question, Snapshot};
use crate::answer::{self, Draft, Point};
use crate::error::Result;
use crate::event::Run;

/// Sentences of a side that the comparison itself does not speak of.
const OF_A_SIDE: usize = 2;
/// Share of a side's words, by rarity, that speak of it.
const SPEAKS: f32 = 0.95;
/// Passages of each side that a model is given to read, and of the question itself before them.
const SIDE_PASSAGES: usize = 2;
const OWN_PASSAGES: usize = 4;

impl Snapshot {
    /// Adds what the notes say of a side that the draft leaves out. The draft stays as it is where it speaks of both, or where a side is unknown.
    pub(super) fn both_sides(&self, asked: &Question, sides: &[String; 2], found: &mut Found, draft: &mut Draft, run: Run<'_>) -> Result<()> {
        let mut added: Vec<(Found, Vec<Point>, f32)> = Vec::new();
        for side in sides {
            let Ok(query) = self.query(side) else { return Ok(()) };
            let holds = |text: &str| answer::holds(&query, self.lexical.as_ref(), text) >= SPEAKS;
            let spoken = |p: &Point| holds(&p.text) || holds(&found.passages[p.passage].whole());
            if draft.answered && draft.points.iter().any(spoken) {
                continue;
            }
            let text = if found.query.is_cjk() { format!("{side}是什么？") } else { format!("What is {side}?") };
            let other = self.find_with(&Question { text, ..asked.clone() }, asked.limit, false, run)?;
            let of_side = self.draft(&other, run)?;
            let mut points: Vec<Point> = of_side.points.into_iter().filter(|p| holds(&other.passages[p.passage].whole())).collect();
            points.truncate(OF_A_SIDE);
            if !of_side.answered || points.is_empty() {
                // One side alone is no comparison, and no answer where there was none.
                return Ok(());
            }
            added.push((other, points, of_side.confidence));
        }
        if !draft.answered {
            draft.points.clear();
            draft.confidence = added.iter().map(|(.., confidence)| *confidence).fold(1.0, f32::min);
            draft.answered = true;
            found.notices.push("no note compares the two: this is what the notes say of each".to_owned());
        }
        for (other, points, _) in added {
            for mut point in points {
                let passage = &other.passages[point.passage];
                let known = found.passages.iter().position(|p| p.document.id == passage.document.id && p.chunk.span == passage.chunk.span);
                point.passage = known.unwrap_or(found.passages.len());
                if known.is_none() {
                    found.passages.push(passage.clone());
                }
                if !draft.points.iter().any(|p| p.text == point.text) {
                    draft.points.push(point);
                }
            }
        }
        Ok(())
    }

    /// The best passages with some of each side among them, for a model to read.
    pub(super) fn with_sides(&self, asked: &Question, sides: &[String; 2], found: &Found, run: Run<'_>) -> Result<Found> {
        let mut passages = found.passages.clone();
        let mut place = OWN_PASSAGES.min(passages.len());
        for side in sides {
            let other = self.find_with(&Question { text: side.clone(), ..asked.clone() }, asked.limit, false, run)?;
            for passage in other.passages.into_iter().take(SIDE_PASSAGES) {
                let known = passages.iter().position(|p| p.hit.chunk == passage.hit.chunk);
                match known {
                    Some(at) if at < place => continue,
                    Some(at) => drop(passages.remove(at)),
                    None => {}
                }
                passages.insert(place, passage);
                place += 1;
            }
        }
        Ok(Found { passages, ..found.clone() })
    }
}
