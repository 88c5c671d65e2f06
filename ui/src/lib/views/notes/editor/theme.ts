// How Markdown looks while it is written: quiet, in the page's type and colours. It must not know what the text means.

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', height: '100%', fontSize: 'var(--text-l)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-ui)', lineHeight: 'var(--leading-text)', overflow: 'auto' },
  '.cm-content': {
    caretColor: 'var(--accent)',
    maxWidth: 'var(--measure)',
    margin: '0 auto',
    padding: 'var(--space-5) var(--space-5) 40vh',
    minWidth: '0',
  },
  '.cm-line': { padding: '0' },
  '.cm-letter': { position: 'absolute', visibility: 'hidden', pointerEvents: 'none' },
  '.cm-placeholder': { color: 'var(--ink-3)' },
  '.cm-content ::selection': { backgroundColor: 'var(--accent-soft)' },
  '.cm-wikilink': { color: 'var(--accent)' },
  '.cm-wikilink-mark': { color: 'var(--ink-3)' },
  '.cm-searchMatch': { backgroundColor: 'var(--match)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--quote)', outline: '1px solid var(--quote-line)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)', fontSize: 'var(--text-s)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: 'var(--space-2) 2.5rem var(--space-2) var(--space-4)' },
  '.cm-panel.cm-search [name=close]': {
    fontSize: 'var(--text-l)',
    padding: '0 var(--space-2)',
    top: 'var(--space-2)',
    right: 'var(--space-2)',
  },
  '.cm-panel.cm-search label': { fontSize: 'var(--text-s)' },
  '.cm-textfield': {
    minHeight: '1.875rem',
    fontSize: 'var(--text-s)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-m)',
    backgroundColor: 'var(--surface)',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-m)',
    fontSize: 'var(--text-s)',
    padding: '0.2em 0.8em',
  },
  '.cm-button:hover, .cm-button:active': { backgroundImage: 'none', backgroundColor: 'var(--hover)' },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius-m)',
    backgroundColor: 'var(--float)',
    color: 'var(--ink)',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-ui)',
    fontSize: 'var(--text-m)',
    maxHeight: '16rem',
    minWidth: '14rem',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: 'var(--space-1) var(--space-3)', lineHeight: '1.5' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--ink-2)', fontSize: 'var(--text-s)' },
});

const marks = HighlightStyle.define([
  { tag: tags.heading1, fontFamily: 'var(--font-title)', fontSize: '1.5em', fontWeight: '600', lineHeight: '1.5' },
  { tag: tags.heading2, fontFamily: 'var(--font-title)', fontSize: '1.25em', fontWeight: '600' },
  { tag: tags.heading3, fontFamily: 'var(--font-title)', fontSize: '1.1em', fontWeight: '600' },
  { tag: tags.heading, fontWeight: '600' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: tags.link, color: 'var(--accent)' },
  { tag: tags.url, color: 'var(--ink-3)' },
  { tag: tags.quote, color: 'var(--ink-2)' },
  { tag: tags.monospace, fontFamily: 'var(--font-code)', fontSize: '0.9em', color: 'var(--ink-2)' },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], color: 'var(--ink-3)' },
  // Front matter.
  { tag: [tags.meta, tags.punctuation, tags.separator, tags.squareBracket], color: 'var(--ink-3)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--ink-2)' },
]);

export const theme: Extension = [look, syntaxHighlighting(marks)];
