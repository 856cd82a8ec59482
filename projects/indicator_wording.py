"""The words of every finding on monitored indicators, in Chinese and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from projects.findings import Wording, add_wording

WORDS: Mapping[str, Wording] = {
    "indicator_unit": Wording(
        "这类指标的计量单位应为“{right_zh}”，读到“{found}”",
        "Figures of this kind are in {right_en}, not in “{found}”",
        "请改计量单位，或改选“总量”",
        "Correct the unit, or choose “总量” (amount)",
    ),
    "indicator_amount_unit": Wording(
        "总量的计量单位不能是“{found}”",
        "An amount is not measured in “{found}”",
        "应为“亿元”“万吨”“个”等；写“%”的请选“增速”或“占比”，写“百分点”的请选“相差”",
        "Use 亿元, 万吨, 个 …; for % choose growth or share, for 百分点 choose difference",
    ),
    "indicator_year_missing": Wording("没有写年份", "The year is missing", "请写明是哪一年的", "Say of which year it is"),
    "indicator_month": Wording("月份“{month}”不在一年之内", "There is no month {month}", "应为1至12", "It must be 1 to 12"),
    "indicator_month_off": Wording(
        "该指标{every_zh}一个数，{month}月没有",
        "This indicator has one figure a {every_en}, none in month {month}",
        "应填末月：{months}；频率变了请先改指标",
        "Give the last month of the span: {months}; or change how often the indicator is published",
    ),
    "indicator_month_ahead": Wording(
        "{period}还没有过完（今天{today}）",
        "{period} is not over (today is {today})",
        "请核对年份和月份；预计数不填在这里",
        "Check year and month; forecasts do not belong here",
    ),
    "indicator_ratio": Wording(
        "读到{value}，即{value}{measure}；是否应为{meant}{measure}？",
        "{value} was read, that is {value} {measure}; was {meant} {measure} meant?",
        "按{measure}填写：增长4%填4，不填0.04；确为{value}的请写明",
        "Write it in {measure}: 4 for 4 %, not 0.04; if it is {value} indeed, say so",
    ),
    "indicator_share": Wording("占比{value}%不在0至100之间", "A share of {value} % is not between 0 and 100", "请核对；增速请另立指标", "Check it"),
    "indicator_falls": Wording(
        "累计数{value}{measure}低于{period}的{old}{measure}",
        "The cumulative figure {value} {measure} is below the {old} {measure} of {period}",
        "请核对；如为核减，请写明原因和文件",
        "Check it; if it was revised downwards, give the reason and the document",
    ),
    "indicator_published": Wording(
        "公布日期{day}不晚于{period}末",
        "It was published on {day}, before {period} was over",
        "请核对日期和月份",
        "Check the day and the month",
    ),
}

add_wording(WORDS)
