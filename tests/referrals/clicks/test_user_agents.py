"""User agents as they were seen in the wild: who is a person, and who is not."""

from __future__ import annotations

import pytest

from referrals.clicks.user_agents import Agent, agent_of, is_person, may_be_machine

PEOPLE = {
    "WeChat on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/15E148 MicroMessenger/8.0.31(0x18001f2e) NetType/4G Language/zh_CN"
    ),
    "WeChat on Android": (
        "Mozilla/5.0 (Linux; Android 13; 22081212C Build/TKQ1.220829.002; wv) AppleWebKit/537.36 (KHTML, like"
        " Gecko) Version/4.0 Chrome/107.0.5304.141 Mobile Safari/537.36 XWEB/5023 MMWEBSDK/20230303 MMWEBID/6"
        "973 MicroMessenger/8.0.34.2340(0x2800225B) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64"
    ),
    "WeChat mini-program": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/15E148 MicroMessenger/8.0.40 MiniProgramEnv/iOS miniProgram/wx0123456789abcdef"
    ),
    "WeChat on Windows": (
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Safari/"
        "537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090719) XWEB/8391 Flue"
    ),
    "WeCom": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/15E148 wxwork/4.1.6 MicroMessenger/7.0.1 Language/zh ColorScheme/Light"
    ),
    "QQ on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 14_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/18F72 QQ/8.8.0.608 V1_IPH_SQ_8.8.0_1_APP_A Pixel/828 SimpleUISwitch/0 StudyMode/0 QQTheme/1000 Co"
        "re/WKWebView Device/Apple(iPhone XR) NetType/WIFI QBWebViewType/1 WKType/1"
    ),
    "QQ on Android": (
        "Mozilla/5.0 (Linux; Android 12; M2012K11AC Build/SKQ1.211006.001; wv) AppleWebKit/537.36 (KHTML, lik"
        "e Gecko) Version/4.0 Chrome/89.0.4389.72 MQQBrowser/6.2 TBS/046110 Mobile Safari/537.36 V1_AND_SQ_8."
        "8.98_2770_YYB_D A_8089800 QQ/8.8.98.8410 NetType/WIFI WebP/0.3.0 AppId/537127931 Pixel/1080 StatusBa"
        "rHeight/96 SimpleUISwitch/0 QQTheme/1000"
    ),
    "QQ browser": (
        "Mozilla/5.0 (Linux; U; Android 11; zh-cn; PCLM10 Build/RKQ1.200928.002) AppleWebKit/537.36 (KHTML, l"
        "ike Gecko) Version/4.0 Chrome/89.0.4389.72 MQQBrowser/12.7 Mobile Safari/537.36 COVC/046033"
    ),
    "Weibo on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 14_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/15E148 Weibo (iPhone13,2__weibo__11.8.2__iphone__os14.6)"
    ),
    "Weibo on Android": (
        "Mozilla/5.0 (Linux; Android 9; M2007J22C Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Version/4.0 Chrome/96.0.4664.45 Mobile Safari/537.36 Weibo (Xiaomi-M2007J22C__weibo__10.12.1_"
        "_android__android9)"
    ),
    "Baidu App on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 15_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/15E148 SP-engine/2.69.0 main%2F1.0 baiduboxapp/13.31.0.10 (Baidu; P2 15.4) NABar/1.0 themeUA=Them"
        "e/default"
    ),
    "Baidu App on Android": (
        "Mozilla/5.0 (Linux; Android 12; RMX3300 Build/SKQ1.211019.001; wv) AppleWebKit/537.36 (KHTML, like G"
        "ecko) Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 T7/13.32 SP-engine/2.70.0 baiduboxapp/13."
        "32.0.10 (Baidu; P1 12) NABar/1.0"
    ),
    "Alipay on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mo"
        "bile/22G100 ChannelId(8) Ariver/1.1.0 AliApp(AP/10.8.30.6000) Nebula WK RVKType(0) AlipayDefined(nt:"
        "WIFI,ws:390|844|3.0,ac:ss) AlipayClient/10.8.30.6000 Language/zh-Hans Region/CN NebulaX/1.0.0 XRiver"
        "/10.2.58.1"
    ),
    "Alipay on Android": (
        "Mozilla/5.0 (Linux; U; Android 7.1.1; zh-CN; OD103 Build/NMF26F) AppleWebKit/537.36 (KHTML, like Gec"
        "ko) Version/4.0 Chrome/40.0.2214.89 UCBrowser/11.3.8.909 UWS/2.10.2.5 Mobile Safari/537.36 UCBS/2.10"
        ".2.5 Nebula AlipayDefined(nt:WIFI,ws:360|0|3.0) AliApp(AP/10.0.18.062203) AlipayClient/10.0.18.06220"
        "3 Language/zh-Hans useStatusBar/true"
    ),
    "Sogou mobile on Android": (
        "Mozilla/5.0 (Linux; U; Android 5.1.1; zh-cn; ATH-AL00 Build/HONORATH-AL00) AppleWebKit/534.30 (KHTML"
        ", like Gecko) Version/4.0 Mobile Safari/534.30 SogouMSE,SogouMobileBrowser/4.2.6"
    ),
    "Sogou mobile on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 13_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Vers"
        "ion/11.0 Mobile/15E148 Safari/604.1 SogouMobileBrowser/5.18.3"
    ),
    "Sogou Search": (
        "Mozilla/5.0 (Linux; Android 10; ELE-AL00 Build/HUAWEIELE-AL00; wv) AppleWebKit/537.36 (KHTML, like G"
        "ecko) Version/4.0 Chrome/78.0.3904.108 Mobile Safari/537.36 SogouSearch Android1.0 version3.0 AppVer"
        "sion/7907"
    ),
    "Sogou on Windows": (
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.87 Safa"
        "ri/537.36 SE 2.X MetaSr 1.0"
    ),
    "UC": (
        "Mozilla/5.0 (Linux; U; Android 12; en-US; SM-A515F Build/SP1A.210812.016) AppleWebKit/537.36 (KHTML,"
        " like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/15.5.5.1312 Mobile Safari/537.36"
    ),
    "Quark on Android": (
        "Mozilla/5.0 (Linux; U; Android 13; zh-CN; 2211133C Build/TKQ1.220905.001) AppleWebKit/537.36 (KHTML,"
        " like Gecko) Version/4.0 Chrome/100.0.4896.58 Quark/6.4.0.300 Mobile Safari/537.36"
    ),
    "Quark on iOS": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X; zh-cn) AppleWebKit/601.1.46 (KHTML, like Geck"
        "o) Mobile/20B82 Quark/6.2.3.1570 Mobile"
    ),
    "Safari": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Vers"
        "ion/17.5 Mobile/15E148 Safari/604.1"
    ),
    "Chrome": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Sa"
        "fari/537.36"
    ),
    "Edge": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Sa"
        "fari/537.36 Edg/112.0.1722.58"
    ),
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Huawei browser": (
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; NOH-AN00; HMSCore 6.6.0.312; GMSCore 22.15.14) AppleWebKi"
        "t/537.36 (KHTML, like Gecko) Chrome/92.0.4515.105 HuaweiBrowser/12.1.0.303 Mobile Safari/537.36"
    ),
    "Xiaomi browser": (
        "Mozilla/5.0 (Linux; U; Android 11; zh-cn; M2007J3SC Build/RKQ1.200826.002) AppleWebKit/537.36 (KHTML"
        ", like Gecko) Version/4.0 Chrome/89.0.4389.116 Mobile Safari/537.36 XiaoMi/MiuiBrowser/16.4.19"
    ),
    "vivo browser": (
        "Mozilla/5.0 (Linux; Android 9; V1838A Build/PKQ1.190302.001; wv) AppleWebKit/537.36 (KHTML, like Gec"
        "ko) Version/4.0 Chrome/62.0.3202.84 Mobile Safari/537.36 VivoBrowser/6.9.10.2"
    ),
    "OPPO browser": (
        "Mozilla/5.0 (Linux; U; Android 11; zh-cn; PDNM00 Build/RKQ1.200928.002) AppleWebKit/537.36 (KHTML, l"
        "ike Gecko) Version/4.0 Chrome/90.0.4430.61 Mobile Safari/537.36 HeyTapBrowser/40.8.1.1"
    ),
    "360 on Android": (
        "Mozilla/5.0 (Linux; Android 10; MI 9) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/77.0"
        ".3865.120 MQQBrowser/6.2 TBS/045224 Mobile Safari/537.36 360aphone browser"
    ),
    "Samsung browser": (
        "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrow"
        "ser/21.0 Chrome/110.0.5481.154 Mobile Safari/537.36"
    ),
    "Douyin": (
        "Mozilla/5.0 (Linux; Android 12; V2055A Build/SP1A.210812.003; wv) AppleWebKit/537.36 (KHTML, like Ge"
        "cko) Version/4.0 Chrome/101.0.4951.74 Mobile Safari/537.36 aweme_230400 JsSdk/1.0 NetType/WIFI AppNa"
        "me/aweme app_version/23.4.0 ByteLocale/zh-CN Region/CN AppSkin/white AppTheme/light BytedanceWebview"
        "/d8a21c6 WebView/075113004008"
    ),
    "Toutiao": (
        "Mozilla/5.0 (Linux; Android 8.1; PAR-AL00 Build/HUAWEIPAR-AL00; wv) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Version/4.0 Chrome/57.0.2987.132 MQQBrowser/6.2 TBS/044304 Mobile Safari/537.36 NewsArticle/6"
        ".9.8 JsSdk/2.0 NetType/WIFI (NewsArticle 6.9.8)"
    ),
    "DingTalk": (
        "Mozilla/5.0 (Linux; U; Android 8.1.0; zh-CN; EML-AL00 Build/HUAWEIEML-AL00) AppleWebKit/537.36 (KHTM"
        "L, like Gecko) Version/4.0 Chrome/57.0.2987.108 baidu.sogo.uc.UCBrowser/11.9.4.974 UWS/2.13.1.48 Mob"
        "ile Safari/537.36 AliApp(DingTalk/4.5.11) com.alibaba.android.rimet/10487439 Channel/227200 language"
        "/zh-CN"
    ),
    "Xiaohongshu": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobi"
        "le/15E148 xhsdiscover/8.40 NetType/WiFi"
    ),
    "a phone named Cubot": (
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus Build/PPR1.180610.011) AppleWebKit/537.36 (KHTML, like"
        " Gecko) Chrome/91.0.4472.120 Mobile Safari/537.36"
    ),
}

CRAWLERS = {
    "Baiduspider": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Baiduspider, mobile": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) Versi"
        "on/9.0 Mobile/13B143 Safari/601.1 (compatible; Baiduspider-render/2.0; +http://www.baidu.com/search/"
        "spider.html)"
    ),
    "Bytespider": (
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compat"
        "ible; Bytespider; https://zhanzhang.toutiao.com/)"
    ),
    "Sogou web spider": "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "360Spider": (
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50.0.2661.102 Safa"
        "ri/537.36; 360Spider"
    ),
    "HaosouSpider": (
        "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0); 360Spider(compatible; HaosouSpider;"
        " http://www.haosou.com/help/help_3_2.html)"
    ),
    "YisouSpider": (
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0.3497.81 Yisou"
        "Spider/5.0 Safari/537.36"
    ),
    "PetalBot": (
        "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compa"
        "tible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)"
    ),
    "Googlebot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Googlebot, mobile": (
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chr"
        "ome/125.0.6422.175 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    ),
    "bingbot": (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bin"
        "gbot.htm) Chrome/116.0.1938.76 Safari/537.36"
    ),
    "Applebot": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13."
        "1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)"
    ),
    "GPTBot": (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
    ),
    "Facebook's preview": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Meta's agent": "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "Twitterbot": "Twitterbot/1.0",
    "Telegram's preview": "TelegramBot (like TwitterBot)",
    "Slack's preview": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp's preview": "WhatsApp/2.23.20.0",
    "Discord's preview": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Skype's preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "LinkedIn's preview": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "LINE's preview": "facebookexternalhit/1.1;line-poker/1.0",
    "DingTalk's preview": "DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)",
    "DingTalk's preview as a browser": (
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/63.0 Safari/537.36 DingT"
        "alkBot-LinkService/1.0"
    ),
    "Feishu's preview": "Mozilla/5.0 (compatible; Lark-LinkPreview/1.0)",
    "Feishu's bot": "FeishuBot/1.0",
    "Weibo's spider": "Mozilla/5.0 (compatible; Weibo spider)",
    "Weibo's bot": "WeiboBot; http://m.weibo.cn",
    "QQ's link check": (
        "Mozilla/5.0 (Linux; U; Android 4.4.2; zh-cn; GT-I9500 Build/KOT49H) AppleWebKit/537.36 (KHTML, like "
        "Gecko)Version/4.0 MQQBrowser/5.0 QQ-URL-Manager Mobile Safari/537.36"
    ),
    "WeChat's share extension": "WeChatShareExtensionNew/8.0.34.30 CFNetwork/1404.0.5 Darwin/22.3.0",
    "WeChat's crawler": "mpcrawler",
    "HeadlessChrome": (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"
    ),
    "PhantomJS": (
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1"
    ),
    "Lighthouse": (
        "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1"
        "19.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse"
    ),
    "Scrapy": "Scrapy/2.11.0 (+https://scrapy.org)",
    "zgrab": "Mozilla/5.0 zgrab/0.x",
}

LIBRARIES = {
    "WeChat's own fetches": "WeChat/8.0.34.30 CFNetwork/1404.0.5 Darwin/22.3.0",
    "curl": "curl/8.5.0",
    "Wget": "Wget/1.21.4",
    "python-requests": "python-requests/2.32.3",
    "httpx": "python-httpx/0.27.0",
    "aiohttp": "Python/3.11 aiohttp/3.9.5",
    "urllib": "Python-urllib/3.11",
    "Go": "Go-http-client/1.1",
    "Java": "Java/17.0.9",
    "Apache HttpClient": "Apache-HttpClient/4.5.13 (Java/11.0.20)",
    "okhttp": "okhttp/4.12.0",
    "Android's own client": "Dalvik/2.1.0 (Linux; U; Android 12; RMX2111 Build/SP1A.210812.016)",
    "Dart": "Dart/3.3 (dart:io)",
    "axios": "axios/1.6.0",
    "Node": "node",
    "undici": "undici",
    "Postman": "PostmanRuntime/7.36.0",
    "libwww-perl": "libwww-perl/6.67",
    "Guzzle": "GuzzleHttp/7",
}


@pytest.mark.parametrize("user_agent", PEOPLE.values(), ids=PEOPLE)
def test_people(user_agent: str) -> None:
    assert agent_of(user_agent) is Agent.PERSON
    assert is_person(user_agent, "browser")
    assert is_person(user_agent, "app")


@pytest.mark.parametrize("user_agent", CRAWLERS.values(), ids=CRAWLERS)
def test_crawlers_and_preview_fetchers_are_bots_everywhere(user_agent: str) -> None:
    assert agent_of(user_agent) is Agent.CRAWLER
    assert not is_person(user_agent, "browser")
    assert not is_person(user_agent, "app")


@pytest.mark.parametrize("user_agent", LIBRARIES.values(), ids=LIBRARIES)
def test_http_libraries_are_bots_on_pages_and_the_inside_of_apps(user_agent: str) -> None:
    assert agent_of(user_agent) is Agent.LIBRARY
    assert not is_person(user_agent, "browser")
    assert is_person(user_agent, "app")


@pytest.mark.parametrize("user_agent", ["", " ", "\t"])
def test_who_says_nothing_is_a_bot(user_agent: str) -> None:
    assert agent_of(user_agent) is Agent.MISSING
    assert not is_person(user_agent, "browser")
    assert not is_person(user_agent, "app")


def test_a_crawler_that_calls_itself_wechat_is_a_crawler() -> None:
    wechat = PEOPLE["WeChat on iOS"]
    assert agent_of(f"{wechat} (compatible; Baiduspider/2.0)") is Agent.CRAWLER


@pytest.mark.parametrize("user_agent", ["x" * 400, "\x01\x02", "🙂" * 100, "(" * 400, "Mozilla/5.0 " + "a" * 380])
def test_nonsense_is_answered_too(user_agent: str) -> None:
    assert agent_of(user_agent) in Agent


def test_the_quick_look_delays_no_person_but_those_with_bot_in_their_name() -> None:
    assert [name for name, agent in PEOPLE.items() if may_be_machine(agent)] == ["a phone named Cubot"]
    assert may_be_machine("")
    assert may_be_machine(CRAWLERS["Baiduspider"])
    assert may_be_machine(LIBRARIES["curl"])
