//! What each element of a page holds (text, text in links) and which elements are page furniture. It must not know blocks or text order.

use std::collections::HashMap;
use std::sync::LazyLock;

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use regex::Regex;
use scraper::Node;
use scraper::node::Element;

use super::Strictness;
use super::tree::{NodeId, Page};

/// What an element holds, itself and all its descendants.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content {
    /// Characters of text that is not white space.
    pub(super) text: usize,
    /// Of these, inside links.
    linked: usize,
    /// Links.
    links: usize,
    /// Of these, to a place of the same page.
    local: usize,
}

/// What there is on a page and where.
pub(super) struct Survey {
    contents: HashMap<NodeId, Content>,
    /// The one element that holds the page's subject, if the page names it.
    pub(super) main: Option<NodeId>,
    strictness: Strictness,
    total: usize,
    /// Whether `h1` occurs once: then it is the subject, wherever it stands.
    pub(super) single_h1: bool,
}

/// Elements whose text is no text of the page.
pub(super) fn is_silent(element: &Element) -> bool {
    let name = element.name();
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "svg"
            | "canvas"
            | "iframe"
            | "object"
            | "select"
            | "textarea"
            | "button"
            | "audio"
            | "video"
            | "map"
            | "rt"
            | "rp"
            | "dialog"
    ) || element.attr("hidden").is_some()
        || element.attr("style").is_some_and(|s| s.to_ascii_lowercase().replace(' ', "").contains("display:none"))
        || has_class(
            element,
            &[
                "katex-html",
                "MathJax_Preview",
                "MathJax_SVG",
                "MathJax_CHTML",
                "linenos",
                "lineno",
                "line-numbers-rows",
                "gutter",
                "blob-num",
                "sr-only",
                "visually-hidden",
                "mw-editsection",
                "headerlink",
                "anchor-link",
            ],
        )
}

/// Whether the element carries one of these classes.
pub(super) fn has_class(element: &Element, names: &[&str]) -> bool {
    element.attr("class").is_some_and(|c| c.split_ascii_whitespace().any(|c| names.contains(&c)))
}

/// Parts of class names and ids that name furniture, when they are whole words of the name.
static FURNITURE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(nav|navbar|navigation|menu|topbar|sidebar|side|aside|breadcrumbs?|crumbs?|footer|foot|copyright|cookies?|consent|gdpr|banner|advert|adverts|advertisement|ads?|adsense|sponsor|sponsored|promo|promotion|related|recommend|recommends|recommended|recommendation|recommendations|recommended|relevant|share|sharing|social|toolbar|pagination|pager|subscribe|newsletter|login|toc|catalog|catalogue|hot|rank|ranking|comments?|disqus|reward|qrcode|widget|popup|modal|tags?)$").ok()
});
/// Words beside which a furniture word says nothing (`has-sidebar`, `no-nav`, `main-wrapper`).
const LAYOUT_WORDS: &[&str] = &[
    "has",
    "with",
    "no",
    "without",
    "main",
    "content",
    "layout",
    "wrapper",
    "wrap",
    "container",
    "page",
    "body",
    "article",
    "post",
    "entry",
    "theme",
    "root",
    "app",
    "not",
];
/// Titles under which links to other pages stand.
static RELATED_TITLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\s\p{P}]*(相关(文章|阅读|推荐|内容|话题|问题|链接|资料|博文)|(猜你|你可能|您可能|大家都?)(喜欢|在看|感兴趣|也喜欢|还喜欢).*|(为你|精彩|热门|更多|阅读|文章|延伸|推荐|编辑)(推荐|文章|阅读|内容)|推荐|更多精彩.*|热门(标签|排行)|最新(文章|评论)|上一篇|下一篇|目录|related( (articles?|posts?|reading|content|links))?|recommended( (for you|reading|articles|posts))?|you (may|might) (also )?like.*|more (from|articles|posts|stories).*|popular posts|recent posts|see also|table of contents|on this page|contents)[\s\p{P}]*$").ok()
});

/// Whether a line is the title of a list of other pages.
pub(super) fn is_related_title(text: &str) -> bool {
    text.chars().count() <= 30 && RELATED_TITLE.as_ref().is_some_and(|r| r.is_match(text.trim()))
}

impl Survey {
    /// Looks over the page once.
    pub(super) fn new(page: &Page, strictness: Strictness) -> Self {
        let mut contents: HashMap<NodeId, Content> = HashMap::new();
        let mut open: Vec<Content> = vec![Content::default()];
        let (mut links, mut chrome, mut chrome_text, mut h1) = (0usize, 0usize, 0usize, 0usize);
        let mut mains: Vec<NodeId> = Vec::new();
        let mut articles: Vec<NodeId> = Vec::new();
        let mut silent: Option<NodeId> = None;
        for edge in page.html.tree.root().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Element(element) if silent.is_none() => {
                        open.push(Content::default());
                        if is_silent(element) {
                            silent = Some(node.id());
                            continue;
                        }
                        chrome += usize::from(is_chrome(element));
                        match element.name() {
                            "a" => {
                                links += 1;
                                if let Some(top) = open.last_mut() {
                                    top.links = 1;
                                    top.local = usize::from(element.attr("href").is_some_and(|h| h.starts_with('#')));
                                }
                            }
                            "h1" => h1 += 1,
                            "main" => mains.push(node.id()),
                            "article" => articles.push(node.id()),
                            _ if element.attr("role") == Some("main") || element.attr("itemprop") == Some("articleBody") => mains.push(node.id()),
                            _ if has_class(
                                element,
                                &[
                                    "markdown-body",
                                    "article-content",
                                    "post-content",
                                    "entry-content",
                                    "rich_media_content",
                                    "Post-RichText",
                                    "article_content",
                                ],
                            ) =>
                            {
                                mains.push(node.id());
                            }
                            _ if element
                                .attr("id")
                                .is_some_and(|id| matches!(id, "js_content" | "content_views" | "cnblogs_post_body" | "mw-content-text")) =>
                            {
                                mains.push(node.id())
                            }
                            _ => {}
                        }
                    }
                    Node::Text(text) if silent.is_none() => {
                        let count = text.chars().filter(|c| !c.is_whitespace()).count();
                        if let Some(top) = open.last_mut() {
                            top.text += count;
                            top.linked += if links > 0 { count } else { 0 };
                        }
                        chrome_text += if chrome > 0 { count } else { 0 };
                    }
                    _ => {}
                },
                Edge::Close(node) => {
                    let Node::Element(element) = node.value() else { continue };
                    match silent {
                        Some(id) if id == node.id() => silent = None,
                        Some(_) => continue,
                        None => {
                            links -= usize::from(element.name() == "a");
                            chrome -= usize::from(is_chrome(element));
                        }
                    }
                    let done = open.pop().unwrap_or_default();
                    if let Some(parent) = open.last_mut() {
                        parent.text += done.text;
                        parent.linked += done.linked;
                        parent.links += done.links;
                        parent.local += done.local;
                    }
                    contents.insert(node.id(), done);
                }
            }
        }
        let total = open.first().map_or(0, |c| c.text).saturating_sub(chrome_text);
        let size = |id: &NodeId| contents.get(id).map_or(0, |c| c.text);
        // The smallest named element that still holds most of what is not chrome: closest to the subject.
        let holds_most = |id: &&NodeId| size(id) * 2 >= total && size(id) > 0;
        let main = match strictness {
            Strictness::Names => {
                let main = mains.iter().filter(holds_most).min_by_key(|id| size(id));
                main.or_else(|| (articles.len() == 1).then(|| articles.first()).flatten().filter(holds_most)).copied()
            }
            _ => None,
        };
        Self { contents, main, strictness, total, single_h1: h1 == 1 }
    }

    /// What an element holds.
    pub(super) fn content(&self, id: NodeId) -> Content {
        self.contents.get(&id).copied().unwrap_or_default()
    }

    /// Whether the element begins furniture. `previous` is the text of the block before it.
    pub(super) fn is_furniture(&self, node: &NodeRef<'_, Node>, element: &Element, previous: &str) -> bool {
        if self.strictness == Strictness::Nothing || matches!(element.name(), "html" | "body" | "main" | "article") {
            return false;
        }
        if self.main.is_some_and(|main| main == node.id() || node.has_children() && is_ancestor(node, main, self)) {
            return false;
        }
        let in_article = || node.ancestors().any(|a| a.value().as_element().is_some_and(|e| matches!(e.name(), "article" | "main")));
        if is_chrome(element) {
            // An article's own header holds its title and its date.
            return element.name() != "header" || !in_article();
        }
        if self.content(node.id()).text * 2 > self.total {
            return false;
        }
        self.strictness == Strictness::Names && (is_named_furniture(element) || self.is_link_list(node.id(), element, previous))
    }

    fn is_link_list(&self, id: NodeId, element: &Element, previous: &str) -> bool {
        if !matches!(element.name(), "ul" | "ol" | "dl" | "div" | "section" | "table") {
            return false;
        }
        let content = self.content(id);
        if content.links < 2 || content.linked * 10 < content.text * 8 {
            return false;
        }
        let short = content.linked <= content.links * 40;
        // A contents list repeats the headings.
        let contents_list = content.links >= 3 && content.local == content.links;
        // Menus are lists of short links; a list of sources has long ones, and stands inside the subject.
        let menu = self.main.is_none() && content.links >= 5 && content.linked <= content.links * 12 && matches!(element.name(), "ul" | "ol");
        contents_list || menu || (short && is_related_title(previous))
    }
}

/// Whether `main` lies inside `node`. Bounded by the number of elements that can hold the main one: its ancestors.
fn is_ancestor(node: &NodeRef<'_, Node>, main: NodeId, survey: &Survey) -> bool {
    survey.content(node.id()).text >= survey.content(main).text && node.tree().get(main).is_some_and(|m| m.ancestors().any(|a| a.id() == node.id()))
}

/// Furniture by tag or role.
fn is_chrome(element: &Element) -> bool {
    matches!(element.name(), "nav" | "footer" | "aside" | "header" | "menu")
        || element.attr("role").is_some_and(|r| {
            matches!(
                r,
                "navigation" | "banner" | "contentinfo" | "complementary" | "search" | "dialog" | "alertdialog" | "menu" | "menubar" | "toolbar"
            )
        })
}

/// Furniture by class or id.
fn is_named_furniture(element: &Element) -> bool {
    if !matches!(element.name(), "div" | "section" | "ul" | "ol" | "p" | "table" | "form" | "span" | "dl") {
        return false;
    }
    let Some(words) = FURNITURE_NAME.as_ref() else { return false };
    let names = element.attr("class").unwrap_or_default().split_ascii_whitespace().chain(element.attr("id"));
    names.into_iter().any(|name| {
        let mut parts = name.split(['-', '_']).filter(|p| !p.is_empty()).peekable();
        let furniture = parts.clone().any(|p| words.is_match(p));
        parts.peek().is_some() && furniture && !parts.any(|p| LAYOUT_WORDS.contains(&p.to_ascii_lowercase().as_str()))
    })
}
