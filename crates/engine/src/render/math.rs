//! LaTeX formulas as MathML, which a strict policy allows and readers can speak. It must not know where formulas stand.

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

/// Longer formulas are shown as they are written.
const MOST_BYTES: usize = 4_000;

/// A formula as MathML; `None` if it cannot be read, then its source is shown.
pub(super) fn mathml(source: &str, display: bool) -> Option<String> {
    if source.len() > MOST_BYTES || source.trim().is_empty() {
        return None;
    }
    // The parser is not ours: a formula that it stumbles over must not take the note with it.
    std::panic::catch_unwind(|| {
        let storage = Storage::new();
        let events: Vec<_> = Parser::new(source, &storage).collect::<Result<_, _>>().ok()?;
        let config = RenderConfig { display_mode: if display { DisplayMode::Block } else { DisplayMode::Inline }, ..RenderConfig::default() };
        let mut out = String::new();
        push_mathml(&mut out, events.into_iter().map(Ok::<_, pulldown_latex::ParserError>), config).ok()?;
        // The library writes the blank of `\ ` and `~` as an entity and then escapes that.
        Some(out.replace("&amp;nbsp;", "\u{a0}"))
    })
    .ok()
    .flatten()
}
