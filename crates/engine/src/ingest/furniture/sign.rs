//! What one block says about the page around it. It must not know other blocks.

use std::sync::LazyLock;

use regex::Regex;

use crate::document::{Block, BlockKind};
use crate::ingest::structure::{columns, ends_sentence};

/// A sign of page furniture in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// `当前位置: 首页 > …`
    Breadcrumb,
    /// `Home > Docs > Page`: also a way to write where a setting is.
    Path,
    /// `跳转至`, `Skip to content`.
    SkipLink,
    /// `加载更多`, `上一篇：…`, `返回顶部`.
    PageControl,
    /// An invitation to scan, follow or collect something.
    Advert,
    /// A line that is one address.
    Address,
    /// The same, with the marks of a site's own tracking.
    TrackedAddress,
    /// `分享到: …`
    Share,
    /// `版权声明：…`, `© 2024 …`
    Copyright,
    /// A cookie banner.
    Cookies,
    /// `Subscribe to our newsletter`.
    Subscribe,
    /// `首页 登录 注册 …` on one line.
    Menu,
    /// `相关文章：`
    Related,
}

impl Sign {
    /// Enough by itself to say that the text was a web page.
    pub(super) fn strong(&self) -> bool {
        matches!(self, Self::Breadcrumb | Self::SkipLink | Self::Advert | Self::TrackedAddress | Self::Share | Self::Copyright | Self::Cookies)
    }

    /// Whether the block itself is furniture; what follows a [`Sign::Related`] is decided with it.
    pub(super) fn counts(&self, web: bool) -> bool {
        match self {
            Self::Related | Self::Address | Self::TrackedAddress => false,
            Self::Path | Self::PageControl | Self::Subscribe | Self::Menu => web,
            _ => true,
        }
    }
}

struct Patterns {
    breadcrumb: Regex,
    path: Regex,
    skip: Regex,
    control: Regex,
    address: Regex,
    tracked: Regex,
    share: Regex,
    copyright: Regex,
    cookies: Regex,
    subscribe: Regex,
    related: Regex,
    advert: Regex,
    invite: Regex,
    bait: Regex,
    lead: Regex,
}

/// `None` only if a pattern were wrong; a test reads one of each.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let new = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        breadcrumb: new(r"(?i)^(当前位置|当前的位置|您的位置|你的位置|您现在的位置|所在位置|當前位置|you are here)\s*[:：]\s*\S")?,
        path: new(r"(?i)^(首页|主页|首頁|home)\s*([>»›/]|→)\s*[^>»›/→]{1,30}(([>»›/]|→)[^>»›/→]{1,60})+$")?,
        skip: new(
            r"(?i)^(跳转至|跳转到(主要)?内容|跳[到至转](主要?)?(内容|正文|导航)|skip to (main )?(content|navigation)|jump to (navigation|content|search))[:：]?$",
        )?,
        control: new(
            r"(?i)^((下拉|上拉|点击|滑动)?(加载|查看)更多|返回顶部|回到顶部|back to top|load more|show more|read more|(点击)?(阅读|展开)(阅读)?全文|(上|下)一篇\s*[:：].*|(previous|next) (article|post)\s*[:：].*|\d*\s*(点赞|收藏|评论|分享|转发)(\s*\d*\s*(点赞|收藏|评论|分享|转发))+\s*\d*)$",
        )?,
        address: new(r"^<?(https?://|www\.)\S+>?$")?,
        tracked: new(r"[?&](spm|utm_\w+|share_token|from_wecom|fbclid|gclid)=")?,
        share: new(
            r"(?i)^(分享(到|至)\s*[:：]?\s*(微信|微博|新浪|qq|朋友圈|twitter|facebook)|share (this|on|via)\b.*(twitter|facebook|linkedin|weibo|\bx\b)|((tweet|share|pin)\s*){2,}$)",
        )?,
        copyright: new(
            r"(?i)^((版权声明|著作权声明)\s*[:：].*(转载|原创|遵循|版权)|(转载请注明|转载请保留|未经(授权|许可|允许)).{0,60}$|(copyright\b|©|\(c\)).{0,20}\d{4}.{0,80}$|.{0,60}(all rights reserved|版权所有)\b?.{0,40}$|[京沪粤浙苏川鄂]ICP备\d+号.*$)",
        )?,
        cookies: new(
            r"(?i)^(we use cookies|this (web)?site uses cookies|by (using|continuing)\b.*cookies?|(本网站|本站|我们)(会)?使用\s*cookies?).*(accept|consent|agree|polic|同意|接受|政策)",
        )?,
        subscribe: new(
            r"(?i)^(subscribe( now| to (our|the|my)\b.{0,40})?|sign up for (our|the|my)\b.{0,40}|join our (newsletter|mailing list).{0,40}|订阅我们.{0,20})[.!]?$",
        )?,
        related: new(
            r"(?i)^[【\[]?(相关(文章|推荐|阅读|内容|资讯|新闻)|推荐(阅读|文章)|猜你喜欢|你可能(还)?(感兴趣|喜欢)(的)?|您可能(还)?(感兴趣|喜欢)(的)?|热门(文章|推荐)|最新(文章|资讯)|为你推荐|为您推荐|编辑推荐(精选)?|精选推荐|大家(都|还)在看|更多(文章|精彩内容)|related (articles|posts|stories|reading|content)|you (may|might) also (like|enjoy)|recommended( for you| reading| articles)?|more (from|in|stories)\b.{0,30}|read next|popular (posts|articles)|(latest|trending)( posts| articles)?)[】\]]?\s*[:：]?$",
        )?,
        advert: new(
            r"(^(微信|公众号)?\s*搜索\s*[【「『][^】」』]+[】」』]$)|((关注|搜索).{0,12}公众号.{0,24}(回复|领取|获取|查看|更多))|(后台回复.{0,24}(领取|获取|下载))",
        )?,
        invite: new(r"(?i)扫码|扫描(下方|上方|文末)?二维码|长按识别|加微信|添加微信|加我微信|vx\s*[:：]|微信号\s*[:：]")?,
        bait: new(r"领取|资料包|大礼包|课件|进群|入群|备好|发给你|福利|免费|限时|优惠|回复关键词")?,
        lead: new(r"(?i)^(更多|想要|想了解更多|获取更多|关注我|for more\b|want more\b)")?,
    })
});

/// Menu entries of web pages.
const MENU: &[&str] = &[
    "首页",
    "主页",
    "登录",
    "注册",
    "关于我们",
    "联系我们",
    "关于",
    "搜索",
    "产品",
    "新闻",
    "博客",
    "下载",
    "社区",
    "论坛",
    "帮助",
    "隐私政策",
    "用户协议",
    "服务条款",
    "文档",
    "课程",
    "问答",
    "home",
    "about",
    "about us",
    "contact",
    "contact us",
    "login",
    "log in",
    "sign in",
    "sign up",
    "register",
    "pricing",
    "blog",
    "privacy",
    "privacy policy",
    "terms",
    "terms of service",
    "search",
    "menu",
    "help",
    "docs",
    "products",
    "news",
    "careers",
];

fn is_menu(line: &str) -> bool {
    let entries: Vec<String> = if line.contains(['|', '·', '\t']) {
        line.split(['|', '·', '\t']).map(|entry| entry.trim().to_lowercase()).filter(|entry| !entry.is_empty()).collect()
    } else {
        line.split_whitespace().map(str::to_lowercase).collect()
    };
    let known = entries.iter().filter(|entry| MENU.contains(&entry.as_str())).count();
    entries.len() >= 4 && known >= 3 && known * 2 >= entries.len()
}

/// The sign of one block; `at` of `count`, for what counts only near an end of the page.
pub(super) fn sign(text: &str, block: &Block, at: usize, count: usize) -> Option<Sign> {
    if !matches!(block.kind, BlockKind::Paragraph | BlockKind::Heading { .. } | BlockKind::ListItem { .. } | BlockKind::Label) {
        return None;
    }
    let patterns = PATTERNS.as_ref()?;
    let line = text.get(block.span.clone())?.trim();
    let wide = columns(line.get(..line.len().min(2048)).unwrap_or(line));
    if wide > 500 {
        return None;
    }
    let top = at < 4;
    let edge = at < 6 || at + 6 >= count;
    let lines = line.lines().count();
    if lines > 1 {
        let addresses = line.lines().filter(|line| !line.trim().is_empty()).all(|line| patterns.address.is_match(line.trim()));
        return addresses.then(|| if patterns.tracked.is_match(line) { Sign::TrackedAddress } else { Sign::Address });
    }
    let listed = matches!(block.kind, BlockKind::ListItem { .. });
    let found = if patterns.address.is_match(line) {
        if patterns.tracked.is_match(line) { Sign::TrackedAddress } else { Sign::Address }
    } else if wide <= 80 && patterns.related.is_match(line) {
        Sign::Related
    } else if wide <= 120 && top && patterns.breadcrumb.is_match(line) {
        Sign::Breadcrumb
    } else if wide <= 120 && top && patterns.path.is_match(line) {
        Sign::Path
    } else if wide <= 40 && edge && patterns.skip.is_match(line) {
        Sign::SkipLink
    } else if wide <= 160 && !listed && is_advert(patterns, line) {
        Sign::Advert
    } else if wide <= 120 && !listed && patterns.share.is_match(line) {
        Sign::Share
    } else if wide <= 240 && edge && !listed && patterns.copyright.is_match(line) {
        Sign::Copyright
    } else if edge && !listed && patterns.cookies.is_match(line) {
        Sign::Cookies
    } else if wide <= 100 && edge && patterns.control.is_match(line) {
        Sign::PageControl
    } else if wide <= 100 && edge && patterns.subscribe.is_match(line) {
        Sign::Subscribe
    } else if wide <= 120 && edge && is_menu(line) {
        Sign::Menu
    } else {
        return None;
    };
    Some(found)
}

fn is_advert(patterns: &Patterns, line: &str) -> bool {
    patterns.advert.is_match(line) || (!line.contains('。') && patterns.invite.is_match(line) && patterns.bait.is_match(line))
}

/// `更多…知识` and the like, which an advert follows.
pub(super) fn leads_to_advert(text: &str, block: &Block) -> bool {
    let line = text.get(block.span.clone()).unwrap_or("").trim();
    let plain = matches!(block.kind, BlockKind::Paragraph | BlockKind::Heading { .. });
    plain && columns(line) <= 60 && !ends_sentence(line) && PATTERNS.as_ref().is_some_and(|patterns| patterns.lead.is_match(line))
}

/// The block is a `加载更多` or a heading of other articles.
pub(super) fn is_control(line: &str) -> bool {
    PATTERNS.as_ref().is_some_and(|patterns| patterns.control.is_match(line))
}

/// The line heads a list of other articles.
pub(super) fn is_related(line: &str) -> bool {
    PATTERNS.as_ref().is_some_and(|patterns| patterns.related.is_match(line))
}
