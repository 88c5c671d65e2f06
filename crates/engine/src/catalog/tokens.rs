//! The token ids of chunks' texts, kept so that a question does not cut two hundred passages into tokens. A supply: what is missing, or of another
//! model, is cut when it is asked for. It must not know what tokens mean.

use rusqlite::params;

use super::write::set_meta;
use super::{Catalog, Texts};
use crate::error::Result;

/// Meta key of the model whose tokens are kept, and of the generation up to which no chunk lacks them.
const MODEL: &str = "tokens";
const REACHED: &str = "tokens_reached";

impl Catalog {
    /// Whether the tokens that are kept are of this model.
    pub fn keeps_tokens_of(&self, model: &str) -> Result<bool> {
        Ok(self.meta(MODEL)?.as_deref() == Some(model))
    }

    /// Cuts the texts of chunks that are new since the last time, or all of them for another model, `batch` at a time; what is finished is kept when
    /// it fails.
    pub fn keep_tokens(&mut self, model: &str, batch: usize, mut cut: impl FnMut(&str) -> Result<Vec<u32>>) -> Result<()> {
        if !self.keeps_tokens_of(model)? {
            let tx = self.db.transaction()?;
            tx.execute("DELETE FROM tokens", [])?;
            set_meta(&tx, MODEL, model)?;
            set_meta(&tx, REACHED, "0")?;
            tx.commit()?;
        }
        let reached = self.meta_number(REACHED)?;
        let generation = self.generation()?;
        if reached == generation {
            return Ok(());
        }
        let mut after = (reached, i64::MAX);
        loop {
            let texts = self.without_tokens(after, batch)?;
            let Some(last) = texts.last() else { break };
            after = (last.generation, last.chunk);
            let cuts = texts.iter().map(|text| Ok((text.chunk, packed(&cut(&text.text)?)))).collect::<Result<Vec<_>>>()?;
            let tx = self.db.transaction()?;
            {
                let mut insert = tx.prepare_cached("INSERT INTO tokens (chunk, ids) VALUES (?1, ?2)")?;
                for (chunk, ids) in cuts {
                    insert.execute(params![chunk, ids])?;
                }
            }
            tx.commit()?;
        }
        let tx = self.db.transaction()?;
        set_meta(&tx, REACHED, &generation.to_string())?;
        Ok(tx.commit()?)
    }

    fn without_tokens(&self, after: (u64, i64), limit: usize) -> Result<Vec<Uncut>> {
        let mut query = self.db.prepare_cached(
            "SELECT c.generation, c.id, c.document, c.start, c.stop FROM chunks c
             WHERE (c.generation, c.id) > (?1, ?2) AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.chunk = c.id)
             ORDER BY c.generation, c.id LIMIT ?3",
        )?;
        let mut rows = query.query(params![after.0, after.1, limit])?;
        let mut texts = Texts { catalog: self, last: None };
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let text = texts.part(row.get(2)?, row.get(3)?..row.get(4)?)?.to_owned();
            out.push(Uncut { generation: row.get(0)?, chunk: row.get(1)?, text });
        }
        Ok(out)
    }
}

struct Uncut {
    generation: u64,
    chunk: i64,
    text: String,
}

/// Ids as LEB128 numbers: two bytes for most.
fn packed(ids: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * ids.len());
    for &id in ids {
        let mut rest = id;
        while rest >= 0x80 {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }
    out
}

/// The ids of [`packed`] bytes.
pub(super) fn unpacked(bytes: &[u8]) -> Vec<u32> {
    let mut out = Vec::with_capacity(bytes.len() / 2);
    let (mut id, mut shift) = (0u32, 0u32);
    for &byte in bytes {
        // Five bytes hold any id: what goes on after them is no number of ours.
        id |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            out.push(id);
            (id, shift) = (0, 0);
        } else {
            shift += 7;
        }
    }
    out
}
