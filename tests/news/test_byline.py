"""Who signs an article, in the forms of newspapers and agencies. Names are invented."""

import pytest

from analysis.news.byline import byline

TEXT = "甲公司今天公布財報，營收成長。" * 20


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("記者王小明台北報導 甲公司", "王小明"),
        ("2018年04月10日 04:10 王小明台北報導 甲公司", "王小明"),
        ("2018年02月01日 10:29 中時 王小明 甲公司", "王小明"),
        ("2017年02月06日 17:00 王小明 小字型", "王小明"),
        ("20170806 07:46:21 經濟日報 王小明 上周", "王小明"),
        ("20180408 00:02經濟日報 文王小明 甲公司", "王小明"),
        ("財訊快報王小明報導甲公司", "王小明"),
        ("財訊快報王小明自從甲公司", "王小明"),
        ("(王小明台北報導) 甲公司", "王小明"),
        ("標題 作者 Anderson 發布日期 2016 年", "Anderson"),
        ("撰文者：王小明 發表日期", "王小明"),
        ("鉅亨網編譯王小明 甲公司", "王小明"),
        ("By Anne Smith and John Q. Doe\nLONDON", "Anne Smith and John Q. Doe"),
    ],
)
def test_at_the_head(written, names):
    assert byline(f"{written}{TEXT}") == names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("（王小明台北報導）", "王小明"),
        ("（王 小明綜合外電報導）", "王小明"),
        ("（ 王小明台北報導）", "王小明"),
        ("（王小明、陳大文綜 合外電報導） 發稿時間：09:10", "王小明、陳大文"),
        ("（財經 中心、陳大文台北報導）", "陳大文"),
        ("（新聞來源：工商即時 王小明報導）", "王小明"),
        ("(保羅 /某廣記者報導）", "保羅"),
        ("（作者：王小明；首圖來源：某報）", "王小明"),
        ("(撰文:王小明)", "王小明"),
        ("(Reporting by Anne Smith and John Doe Editing by Jane Roe)", "Anne Smith and John Doe"),
        ("MoneyDJ 新聞 20170720 15:03:25 記者王小明 報導", "王小明"),
        ("真的有必要給他們拍拍手（王小明）", "王小明"),
        (f"（財經中心、陳大文台北報導） 聲明全文 {TEXT}", "陳大文"),
    ],
)
def test_at_the_end(written, names):
    assert byline(TEXT + written) == names


@pytest.mark.parametrize(
    "text",
    [
        "記者 新聞中心 報導 甲公司",
        "財經中心綜合報導 甲公司",
        "財訊快報編輯部甲公司",
        "標題 作者 MoneyDJ 發布日期",
        "作者: Somebody (nick) 看板: Stock",
        f"{TEXT}（財經中心台北報導）",
        f"{TEXT}（譯者：王小明）",
        f"{TEXT}(工商時報)",
        f"{TEXT}（金管會）",
        f"{TEXT}他在記者會後表示樂觀。",
        "",
    ],
)
def test_agencies_editors_and_translators_are_no_reporters(text):
    assert byline(text) is None
