//! HTML source to a tree whose text nodes know their lines. It must not know what the text means.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;
use std::time::Instant;

use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, QualName};
use scraper::{Html, HtmlTreeSink, Node};

use crate::ingest::{Limits, Skip, SkipReason};

/// How an HTML node is named in the tree.
pub(super) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// Elements inside one another. Browsers stop nesting at 512; the parser's own work grows with the square of this.
const MAX_DEPTH: usize = 2_000;
/// Bytes handed to the parser between two looks at the clock.
const STEP: usize = 64 << 10;

/// A parsed page.
pub(super) struct Page {
    /// The tree.
    pub(super) html: Html,
    /// For each text node: (offset in its text, line of the file), one for every piece that the parser appended.
    pub(super) lines: HashMap<NodeId, Vec<(usize, u32)>>,
}

/// Parses a page within the time limit.
pub(super) fn parse(source: &str, limits: &Limits) -> Result<Page, Skip> {
    let started = Instant::now();
    let mut parser = html5ever::parse_document(LineSink::new(), html5ever::ParseOpts::default());
    let mut rest = source;
    while !rest.is_empty() {
        let (step, tail) = rest.split_at(rest.floor_char_boundary(STEP.min(rest.len())));
        rest = tail;
        parser.process(StrTendril::from_slice(step));
        let sink = &parser.tokenizer.sink.sink;
        if sink.depth_of_last() > MAX_DEPTH {
            return Err(Skip::new(SkipReason::Damaged, format!("its elements are nested more than {MAX_DEPTH} deep")));
        }
        if started.elapsed() > limits.time {
            return Err(Skip::new(SkipReason::TooSlow, "reading it took longer than the time limit"));
        }
    }
    Ok(parser.finish())
}

/// scraper's tree sink, which also notes the line of every piece of text.
struct LineSink {
    inner: HtmlTreeSink,
    line: Cell<u64>,
    lines: RefCell<HashMap<NodeId, Vec<(usize, u32)>>>,
    last: Cell<Option<NodeId>>,
}

impl LineSink {
    fn new() -> Self {
        Self { inner: HtmlTreeSink::new(Html::new_document()), line: Cell::new(1), lines: RefCell::default(), last: Cell::new(None) }
    }

    /// How deep the node that was appended last lies.
    fn depth_of_last(&self) -> usize {
        let html = self.inner.0.borrow();
        self.last.get().and_then(|id| html.tree.get(id)).map_or(0, |node| node.ancestors().take(MAX_DEPTH + 1).count())
    }

    /// Notes the line of text that was just appended to `node`. The parser tells the line at the end of a piece.
    fn note(&self, node: NodeId, appended: &str) {
        let html = self.inner.0.borrow();
        if let Some(Node::Text(text)) = html.tree.get(node).map(|n| n.value()) {
            let newlines = appended.bytes().filter(|&b| b == b'\n').count() as u64;
            let line = u32::try_from(self.line.get().saturating_sub(newlines).max(1)).unwrap_or(u32::MAX);
            self.lines.borrow_mut().entry(node).or_default().push((text.len().saturating_sub(appended.len()), line));
        }
    }
}

impl TreeSink for LineSink {
    type Output = Page;
    type Handle = NodeId;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Page {
        Page { html: self.inner.finish(), lines: self.lines.into_inner() }
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(line);
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        match child {
            NodeOrText::AppendNode(id) => {
                self.last.set(Some(id));
                self.inner.append(parent, NodeOrText::AppendNode(id));
            }
            NodeOrText::AppendText(text) => {
                self.inner.append(parent, NodeOrText::AppendText(text.clone()));
                let node = self.inner.0.borrow().tree.get(*parent).and_then(|p| p.last_child()).map(|n| n.id());
                if let Some(node) = node {
                    self.note(node, &text);
                }
            }
        }
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        match child {
            NodeOrText::AppendNode(id) => self.inner.append_before_sibling(sibling, NodeOrText::AppendNode(id)),
            NodeOrText::AppendText(text) => {
                self.inner.append_before_sibling(sibling, NodeOrText::AppendText(text.clone()));
                let node = self.inner.0.borrow().tree.get(*sibling).and_then(|s| s.prev_sibling()).map(|n| n.id());
                if let Some(node) = node {
                    self.note(node, &text);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.inner.0.borrow().tree.get(*element).is_some_and(|n| n.parent().is_some());
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous, child) }
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.inner.parse_error(message);
    }

    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.inner.elem_name(target)
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.inner.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.inner.create_pi(target, data)
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.inner.reparent_children(node, new_parent);
    }
}
