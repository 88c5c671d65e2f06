//! HTML, written piece by piece: escaping, and runs of text with their place. It must not know any format.

use std::fmt::Write as _;

/// HTML that is being written.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) html: String,
}

impl Writer {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &str) {
        self.html.push_str(markup);
    }

    /// An opening tag with one attribute whose value is escaped.
    pub(super) fn open(&mut self, tag: &str, attribute: &str, value: &str) {
        self.html.push('<');
        self.html.push_str(tag);
        self.html.push(' ');
        self.html.push_str(attribute);
        self.html.push_str("=\"");
        escape(value, &mut self.html);
        self.html.push_str("\">");
    }

    /// A run of text that begins at a byte of the document's text.
    pub(super) fn run(&mut self, at: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        // Writing to a string cannot fail.
        let _ = write!(self.html, "<span data-at=\"{at}\">");
        escape(text, &mut self.html);
        self.html.push_str("</span>");
    }
}

/// Escapes text for element content and quoted attributes. NUL, which HTML has no place for, becomes the replacement character.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}
