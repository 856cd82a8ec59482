"""The table of heading patterns, in the order they are asked. Pure.

Tokens: Y a year, M a month, S a span of months. A pattern that holds only in bond or central-budget sheets names its lean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadingRule:
    field: str
    pattern: re.Pattern[str]
    lean: str | None = None
    ambiguous: bool = False
    open_date: bool = False


def _rule(field: str, pattern: str, lean: str | None = None, *, ambiguous: bool = False, open_date: bool = False) -> HeadingRule:
    return HeadingRule(field, re.compile(pattern), lean, ambiguous, open_date)


# What a sheet is about as a whole: words of its title, or so many headings of its kind.
LEANS = (
    ("central", re.compile(r"中央预算内|中央投资|中央专项|中央资金"), re.compile(r"中央|下达|文号|专项名称|投资专项|配套|到位"), 3),
    ("bond", re.compile(r"债券|专项债|发债"), re.compile(r"债|资本金|其他融资|本[次批].{0,4}(?:安排|发行|额度)|发行利率|期限"), 3),
)

# Headings that say nothing without the ones above them.
GENERIC = re.compile(
    r"合计|小计|总计|计|总额|总数|金额|数额|额度|投资额?|资金|数|计划|完成|实际|累计|本月|当月|全年|年度|本年|M|S|Y|上旬|中旬|下旬|时间|日期|年月|开始|起|止|开工|竣工|名称|单位"
)
# 完成投资 and its like: the words above may say of which time.
PERIOD_OF_DONE = re.compile(
    r"(?:已|实际)?(?:累计)?(?:完成)(?:投资)?(?:额|数|量|情况)?|投资完成(?:额|情况)?|累计(?:投资)?|计划(?:完成)?投资(?:额)?|投资计划"
)

IGNORED = re.compile(
    r"下月|下步|下一步|次月|同期|同比|增长|增幅|上年同|照片|图片|图像|位次|排名|名次|入统|入库纳统|是否|经纬度|坐标|面积比|容积率"
    r"|^(?:立项|用地(?!面积)|规划|环评|施工许可|土地|能评|可研|初设|招标|林地|用海|稳评|手续|前期手续|前期工作|手续办理|审批).*"
    r"|(?:本月|当月|M|月)(?:度)?计划|项目个数|^个数|项目数|上旬|中旬|下旬|剩余|结余|尚需|缺口|贷款余额|债券名称|债券代码|债券简称|劳动力|就业"
)

_YEAR_WORD = r"(?:Y|年度|当年|本年度?|今年|全年|年内)"
_PRIOR_YEAR = r"(?:Y|上年度?|去年|上一年度?|前一年度?)"

RULES: tuple[HeadingRule, ...] = (
    _rule("serial", r"^(?:序号?|编号|序列号?|顺序号?|顺号|排序|号|No|NO|no)$"),
    _rule("program", r"^(?:中央)?(?:投资)?专项(?:名称|类别|类型|领域)?$|^所属专项|^资金(?:专项|渠道)|^专项方向"),
    _rule("doc_no", r"文号|文件号|批复号|计划文件"),
    _rule("period", r"^(?:报告|填报|统计|数据|所属)?(?:月份|期间|报告期|期次|月度|年月|所属期)$"),
    _rule("rate_percent", r"利率"),
    _rule("term_years", r"^(?:债券|发行|融资|专项债券?)?期限$"),
    _rule("issue_date", r"发行(?:日期|时间|日)|起息日"),
    _rule("batch", r"^(?:发行|债券|安排|下达|所属|资金)?批次$|^第?几批"),
    _rule("progress_percent", r"占.{0,8}(?:计划|投资|比|任务|目标)|完成率|完成比例|百分比|比例|占比|^进度%$|完成.*%$|%$|^投资进度|^时序进度"),
    # people and texts
    _rule("contact", r"联系人|联络员|项目负责人|^负责人|经办人"),
    _rule("phone", r"电话|手机|联系方式|^联系号码"),
    _rule("lead", r"(?:责任|包抓|牵头|分管|包保|挂包|推进|联系|顶格).{0,4}领导|^市级领导|^领导"),
    _rule("responsible_unit", r"(?:责任|牵头|主管|推进|监管|服务|包保|填报|报送).{0,6}(?:单位|部门)|主管部门|行业主管|^责任主体|^牵头"),
    _rule("uscc", r"信用代码|^信用码|组织机构代码"),
    _rule("code", r"(?:项目|统一|投资|赋|平台|在线).{0,12}(?:代码|编码|赋码)|^(?:项目)?代码$|^赋码$"),
    _rule("local_code", r"(?:储备|入库|项目库|本地|内部|市级|申报|台账|债券项目|项目).{0,4}(?:编号|编码|序号|号)|^库编号"),
    _rule(
        "owner",
        r"(?:建设|项目|业主|实施|申报|承建|承担|投资|企业|用款|申请)(?:主体|单位|业主|法人)?(?:名称)?.{0,2}(?:单位|业主|法人|主体)(?:名称|全称)?$",
    ),
    _rule(
        "owner",
        r"^(?:建设|项目|实施|申报|承建|承担)(?:单位|业主|法人|主体)|^业主|^法人|^投资(?:主体|方|商|人)|^企业(?:名称|全称)?$|^单位名称$|项目单位|^公司(?:名称)?$",
    ),
    _rule(
        "name",
        r"^(?:序号)?(?:重点|建设|重大|子|分|单体|具体)?(?:项目|工程)(?:或|和|及|、|/)?(?:工程|项目)?(?:名称|全称|名)|^(?:项目|建设项目|重点项目|工程项目)$|^名称$|^工程名",
    ),
    _rule(
        "district",
        r"^(?:所属|所在|项目|建设|归属)?(?:区、?市|区县|县区|县、?市、?区|市区|市县|区域|属地|辖区|行政区划?|区划|地区|功能区|所在地|区|区市.{0,2}功能区|区市县|县市|市)(?:名称)?$|^所(?:属|在)(?:区|市|县)",
    ),
    _rule("address", r"地点|地址|位置|坐落|选址|建设地$"),
    _rule("annual_goal", rf"{_YEAR_WORD}.*(?:目标|任务|内容|形象|节点|工程量|安排意见|工作)(?!.*投资)"),
    _rule("content", r"内容|规模(?!$)|^(?:项目|建设)?规模$|概况|简介|建设情况$|^主要工程"),
    _rule("nature", r"性质"),
    _rule("planned_period", r"起止|起讫|建设(?:年限|周期|工期|期限|期)$|^工期|^年限$|^建设期|^周期$|建设时间$|起年?止"),
    # dates
    _rule("planned_start", r"(?:计划|拟|预计|预期|原定|目标).{0,4}(?:新?开工|开建|启动|动工)"),
    _rule("actual_start", r"实际.{0,4}(?:开工|开建|启动|动工)|已开工时间"),
    _rule("planned_start", r"^(?:项目|建设)?(?:新?开工|开建|启动|动工|开始|起始|起)(?:建设)?(?:时间|日期|年月|年份|月份|年度|期)?$", open_date=True),
    _rule("planned_finish", r"(?:计划|拟|预计|预期|原定|目标|力争).{0,4}(?:竣工|完工|建成|投产|完成时间|完成日期|交付|通车|投用|结束)"),
    _rule("actual_finish", r"实际.{0,4}(?:竣工|完工|建成|投产|交付|通车|投用)"),
    _rule(
        "planned_finish",
        r"^(?:项目|建设)?(?:竣工|完工|建成|投产|交付|通车|投用|结束|完成|止)(?:投产|投用|使用)?(?:时间|日期|年月|年份|月份|年度|期)$|^(?:竣工|止)$",
        open_date=True,
    ),
    _rule("stage", r"阶段|(?:项目|建设|推进|当前|目前)状态|^状态$|^开工情况$|^建设类型$"),
    # emerging industries
    _rule("expected_output_wan", r"产值|营业收入|销售收入|营收|产出"),
    _rule("expected_tax_wan", r"税"),
    # central money
    _rule(
        "central_prior_wan",
        r"(?:以前|往|历|上|前)年?度?.{0,6}(?:已)?(?:下达|安排)|累计(?:已)?(?:下达|安排)|前期(?:已)?下达|Y(?:年)?(?:以前|前|及以前|底前?)(?:年度)?(?:已)?(?:下达|安排)",
        "central",
    ),
    _rule("central_this_wan", r"下达|^(?:本次|本批|Y|本年度?|当年).{0,4}(?:安排|计划)", "central"),
    _rule("central_paid_wan", r"到位|支付|拨付", "central"),
    _rule("prov_match_wan", r"^省(?!重点)|省级|省预算"),
    _rule("city_match_wan", r"^市级?(?:配套|财政|资金|投资|预算)|市级配套|^地方(?:配套|财政|资金|投资)|市县|^区市?级?(?:配套|财政|资金)", "central"),
    _rule("self_raised_wan", r"自筹|企业(?:自有|投入)|^其他(?:资金|来源)?$|社会(?:资本|投资)|银行贷款", "central"),
    # bonds
    _rule(
        "bond_prior_wan", r"(?:以前|前期|前[一二三四五六七八九十几]|此前|已|往|累计).{0,6}(?:安排|发行|分配|下达|使用额度)(?!.*支)|^已安排", "bond"
    ),
    _rule("bond_spent_wan", r"支出|已支付|已使用|已拨付|使用金额", "bond"),
    _rule("capital_wan", r"资本金"),
    _rule("other_financing_wan", r"其他.{0,4}(?:融资|资金|来源|债务)|市场化|配套融资|银行贷款|^其他$|自筹", "bond"),
    _rule(
        "bond_this_wan",
        r"(?:本次|本批次?|此次|本期|第.批|拟|Y).{0,8}(?:安排|发行|分配|下达|额度|使用)|^(?:安排|分配|发行)(?:债券)?(?:额度|金额|规模|资金)|^债券(?:额度|金额)$",
        "bond",
    ),
    _rule("bond_need_wan", r"需求|拟申请|申请|(?:专项)?债券?(?:资金|总额|额度|融资)?$|拟发行", "bond"),
    _rule("central_total_wan", r"中央(?:预算内)?(?:投资|资金|补助|专项|财政)?", "central"),
    # money of the plan and the months
    _rule(
        "cum_prior_wan",
        rf"^(?:截[至止]到?|至|到|自?开工至)?{_PRIOR_YEAR}(?:年)?(?:底|末|度|前|以前|年底)+(?:前|止|为止)?.*(?:完成|累计|投资)|^(?:以前|往|历)年度?.*(?:完成|投资)|^{_PRIOR_YEAR}(?:年底)?(?:以)?前.*完成|^上年结转",
    ),
    _rule("cum_total_wan", r"(?:自?开工|开建|建设)(?:以来|至今|后|起|至.{0,6})|自开始建设|^总累计|^累计完成总投资|项目累计|^自开工"),
    _rule(
        "done_month_wan",
        r"^(?:本月|当月|本期|M|月度|该月)(?:份)?(?:实际|新增|已)?(?:完成|投资|实现|$)|^(?:实际)?完成(?:投资)?(?:额)?(?:情况)?(?:M|本月|当月)$|(?:Y)?(?:投资)?完成(?:情况)?(?:投资)?(?:M|本月|当月)(?:份)?(?:实际)?(?:完成)?(?:投资)?$",
    ),
    _rule("done_month_wan", r"^YM(?:份)?(?:实际)?(?:完成|投资)"),
    _rule("done_ytd_wan", r"^(?:截[至止]|至|到)(?:YM|M|目前|今|本月|报告期).{0,4}(?:完成|累计).*", ambiguous=True),
    _rule(
        "plan_wan",
        rf"^{_YEAR_WORD}.*(?:计划|安排|预计|拟|力争|目标).*投资|^{_YEAR_WORD}.*投资.*(?:计划|安排|目标)|^{_YEAR_WORD}(?:度)?(?:投资)?计划|^计划(?:完成)?投资额?$|^投资计划额?$|^{_YEAR_WORD}计划总投资",
    ),
    _rule(
        "done_ytd_wan",
        rf"S.*(?:完成|投资|累计|实现)|(?:完成|投资|累计).*S|^年初(?:至今|以来|至M|到).*|^{_YEAR_WORD}(?:度)?(?:投资)?(?:已|实际)?(?:累计)?(?:实际)?(?:投资)?(?:完成|累计)|^Y?S$|^Y?(?:上半年|[一二三四]季度|前.季度|1-.季度).*(?:完成|投资)|{_YEAR_WORD}.*(?:完成|累计).*累计",
    ),
    _rule("central_done_wan", r"完成(?:中央)?(?:投资)?|投资完成", "central"),
    _rule(
        "done_ytd_wan",
        r"^(?:已|实际)?累计(?:已|实际)?(?:完成)?(?:投资)?(?:额|数|量)?$|^(?:已|实际)?完成(?:投资)?(?:额|数|情况)?$|^投资完成(?:额|情况)?$|累计完成投资",
        ambiguous=True,
    ),
    _rule(
        "total_wan",
        r"总投资|投资总(?:额|规模|量)|^(?:项目|工程)?投资(?:估算|概算|规模|额|金额|总计|合计)?$|概算(?:投资|总额|金额)|估算(?:投资|总额|金额)|总概算|总估算|^项目投资",
    ),
    _rule("plan_wan", rf"^{_YEAR_WORD}(?:度)?(?:投资|任务)额?$"),
    _rule("land_mu", r"用地|占地"),
    _rule("progress_text", r"形象|进度|进展|推进情况|目前情况|工作情况|完成情况|建设情况"),
    _rule("problems", r"问题|困难|制约|需协调|需要协调|协调解决|诉求"),
    _rule("sector", r"行业|领域|类别|产业|投向|门类|板块|类型|分类|^类$"),
    _rule("expected_output_wan", r"效益"),
    _rule("remarks", r"^备注|^说明$|^附注|^其他说明"),
)
