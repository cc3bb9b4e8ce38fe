"""Who is behind a user agent: a person, a program of somebody's, a crawler, or nobody who says.

The list of crawlers is kept by others (crawlerdetect). It was wrong about Chinese browsers before,
so the words by which those are known are taken out first; and it does not know everybody who looks
at links here, so some words are added. WeChat, QQ, Weibo, Alipay, Baidu App, UC, Quark and Sogou's
browser are people.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from crawlerdetect import CrawlerDetect


class Agent(Enum):
    """What a user agent tells."""

    PERSON = "person"
    # An HTTP library: a script, or the inside of an app.
    LIBRARY = "library"
    CRAWLER = "crawler"
    MISSING = "missing"


# Products that people look at pages with and that a list of crawlers has named, or may name, by mistake.
_PEOPLES_WORDS = re.compile(
    r"MicroMessenger/\S*|WindowsWechat\S*|MacWechat\S*|miniProgram\S*"
    r"|baidubox(?:app|lite)/\S*|baidubrowser\S*|BIDUBrowser\S*|\(Baidu; P\d[^)]*\)|baidu\.sogo\.uc\.UCBrowser"
    r"|SogouM(?:SE|obileBrowser)\S*|SogouSearch|MetaSr|Weibo \([^)]*\)|\bQQ/\S*|MQQBrowser/\S*"
    r"|AlipayClient/\S*|AliApp\([^)]*\)|UCBrowser/\S*|Quark/\S*|BytedanceWebview\S*|CUBOT\S*",
    re.IGNORECASE,
)

# Who fetches a link for a preview or a check and is not, or not under every name, in the list.
_LINK_FETCHERS = re.compile(
    r"QQ-URL-Manager|DingTalkBot|Weibo ?(?:spider|bot)|mpcrawler|Lark-?LinkPreview|FeishuBot|WeChatShareExtension"
    r"|HeadlessChrome|PhantomJS|Chrome-Lighthouse",
    re.IGNORECASE,
)

_LIBRARIES = re.compile(
    r"(?:okhttp|Dalvik|Dart|curl|Wget|python-|Python[/-]|aiohttp|httpx|Go-http-client|Java/|Apache-HttpClient|axios"
    r"|node(?:-fetch)?\b|undici|got\b|PostmanRuntime|insomnia|GuzzleHttp|libwww-perl|ruby|reqwest|hyper/|Alamofire)"
    r"|(?!Mozilla/).*\bCFNetwork/\S+ Darwin/",
    re.IGNORECASE,
)

_list = CrawlerDetect()


# Over a millisecond for a name not seen before; the same few thousand names come again and again.
@lru_cache(maxsize=20_000)
def agent_of(user_agent: str) -> Agent:
    """Who is behind the header's value."""
    text = user_agent.strip()
    if not text:
        return Agent.MISSING
    if _LINK_FETCHERS.search(text):
        return Agent.CRAWLER
    if _LIBRARIES.match(text):
        return Agent.LIBRARY
    rest = _PEOPLES_WORDS.sub("", text)
    return Agent.CRAWLER if rest.strip() and _list.is_crawler(rest) else Agent.PERSON


def is_person(user_agent: str, source: str) -> bool:
    """Whether a click by this user agent is a person's.

    An app's own requests name the library it is built with, so from source "app" those are people.
    """
    agent = agent_of(user_agent)
    return agent is Agent.PERSON or (agent is Agent.LIBRARY and source == "app")


_MACHINES_WORDS = re.compile(
    r"bot|spider|crawl|preview|externalhit|headless|curl|wget|python|java/|okhttp|http", re.IGNORECASE
)


@lru_cache(maxsize=20_000)
def may_be_machine(user_agent: str) -> bool:
    """A quick look, for the moment a click arrives: whether judging it at once may be worth it. Errs to yes."""
    return not user_agent or _MACHINES_WORDS.search(user_agent) is not None
