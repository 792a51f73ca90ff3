"""Every word on the screen, in Chinese and English side by side. Nothing else stands here.

Words in braces are filled in. What analysts write (titles and meanings of metrics) comes from
their files, the names of levels from ``model/levels.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.facts import FACTS
from cockpit.model.levels import LEVELS
from cockpit.model.metric import Metric
from cockpit.model.panel import Panel
from cockpit.model.places import Place
from cockpit.model.subject import Subject
from cockpit.web.words.bench import BENCH
from cockpit.web.words.catalog import CATALOG
from cockpit.web.words.displays import DISPLAYS
from cockpit.web.words.exports import EXPORTS
from cockpit.web.words.frame import FRAME
from cockpit.web.words.overview import OVERVIEW
from cockpit.web.words.panels import PANELS
from cockpit.web.words.rows import ROWS
from cockpit.web.words.values import VALUES
from cockpit.web.words.wall import WALL

LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""The languages of the catalogue, and how a browser calls them."""

WORDS: dict[str, tuple[str, str]] = {
    # The frame
    "product": ("基层法治数字驾驶舱", "Governance Cockpit"),
    "title": ("{place} · {product}", "{place} · {product}"),
    "demo": ("演示数据", "Demo data"),
    "demo_meaning": (
        "本页的数字由程序生成，不是真实情况。",
        "The numbers on this page are made up; they describe nothing real.",
    ),
    "language": ("EN", "中文"),
    "language_meaning": ("Read this page in English", "用中文阅读本页"),
    "theme": ("深浅色", "Light or dark"),
    "skip": ("跳到正文", "Skip to content"),
    "path": ("所在位置", "Where you are"),
    "of_level": ("{level}·{brain}", "{level} · {brain}"),
    "brain_city": ("城市大脑", "city brain"),
    "brain_district": ("中脑", "midbrain"),
    "brain_street": ("小脑", "cerebellum"),
    "brain_community": ("微脑", "micro-brain"),
    "brain_grid": ("", ""),
    # Freshness
    "freshness": ("数据新旧", "Freshness"),
    "as_of": ("数据截至", "Data as of"),
    "published": ("发布于", "Published"),
    "fresh": ("最新", "current"),
    "ageing": ("稍旧", "ageing"),
    "old": ("陈旧", "old"),
    "now": ("刚刚", "just now"),
    "minutes": ("{n} 分钟前", "{n} min ago"),
    "hours": ("{n} 小时前", "{n} h ago"),
    "days": ("{n} 天前", "{n} days ago"),
    # Periods
    "period": ("时段", "Period"),
    "period_today": ("今日", "Day"),
    "period_7d": ("近7天", "7 days"),
    "period_30d": ("近30天", "30 days"),
    "period_month": ("本月", "Month"),
    "period_quarter": ("本季", "Quarter"),
    "period_year": ("本年", "Year"),
    "period_all": ("全部", "All"),
    "period_own": ("自定", "Own dates"),
    "period_ends": (
        "时段以数据截至日为止，不以今天为止。",
        "Periods end on the day the data speak for, not today.",
    ),
    "since": ("从", "From"),
    "until": ("到", "To"),
    "show": ("查看", "Show"),
    "span": ("{since} 至 {until}", "{since} to {until}"),
    "span_all": ("全部数据", "All the data"),
    "span_until": ("截至 {until}", "Up to {until}"),
    "span_days": ("共 {n} 天", "{n} days"),
    # Tiles
    "metrics": ("指标", "Metrics"),
    "group_target": ("对标目标", "Against a target"),
    "group_stock": ("期末存量", "Standing at the end"),
    "group_count": ("本期数量", "In the period"),
    "group_other": ("参考指标", "For reference"),
    "chosen": ("已选", "Chosen"),
    "unit_count": ("件", ""),
    "unit_percent": ("", ""),
    "unit_hours": ("工作时", "working hours"),
    "unit_days": ("天", "days"),
    "unit_times": ("次", "times"),
    "reached": ("达标", "Reached"),
    "missed": ("未达标", "Missed"),
    "few": ("不足 {n} 件", "Under {n}"),
    "goal": ("目标 {target}", "target {target}"),
    "target_up": ("≥ {target}", "≥ {target}"),
    "target_down": ("≤ {target}", "≤ {target}"),
    "left_open": ("留白 {n}", "{n} left open"),
    "beside": ("{parts}\n{left_open}", "{parts}\n{left_open}"),
    "left_open_meaning": (
        "留白：有原因、有复核日，不进分子分母。",
        "Left open with a reason and a review date: outside numerator and denominator.",
    ),
    # The definition of a metric
    "about": ("{metric}的口径", "How {metric} is counted"),
    "close": ("关闭", "Close"),
    "meaning": ("含义", "Meaning"),
    "numerator": ("分子", "Numerator"),
    "denominator": ("分母", "Denominator"),
    "needs": ("须有字段", "Needs"),
    "needs_lacking": (
        "{columns}。{sources} 没有，其数据不计。",
        "{columns}. {sources}: not given, so its rows do not count.",
    ),
    "clock": ("口径时间", "Clock"),
    "enters": ("计入时间", "Counts from"),
    "leaves": ("移出时间", "Counts until"),
    "computed": ("按表达式推算", "worked out"),
    "target": ("目标", "Target"),
    "least": ("最少件数", "Least"),
    "least_meaning": ("分母少于 {n} 不排名、不评", "no rank and no verdict under {n}"),
    "standard": ("依据", "Standard"),
    "fact": ("事实表", "Fact"),
    "fact_rows": ("{fact}，{rows} 行", "{fact}, {rows} rows"),
    "snapshot": ("快照", "Snapshot"),
    "here_and_now": ("本处本期", "Here and now"),
    "stands_open": ("仍在", "still there"),
    # Trend
    "trend": ("{metric}趋势", "{metric} over time"),
    "by_day": ("按日", "by day"),
    "by_week": ("按周", "by week"),
    "by_month": ("按月", "by month"),
    "week_of": ("{day} 起一周", "week of {day}"),
    "as_table": ("看表", "As a table"),
    "when": ("时间", "When"),
    "value": ("数值", "Value"),
    "counts": ("分子 / 分母", "Numerator / denominator"),
    "axis_day": ("%-m月%-d日", "%-d %b"),
    "axis_month": ("%Y年%-m月", "%b %Y"),
    "no_trend": ("本时段没有可计的数。", "Nothing was counted in this period."),
    "trend_says": (
        "{place}的{metric}，{span}，{step}：{n} 个时点有数，"
        "最低 {least}，最高 {most}，最近 {last}。",
        "{metric} of {place}, {span}, {step}: {n} points with a value, lowest {least},"
        " highest {most}, latest {last}.",
    ),
    # Places below
    "below": ("下一级：{level}", "One level down: {level}"),
    "below_order": (
        "{metric}，从差到好；名次在同类中排，最好的第 1",
        "{metric}, worst first; ranked among their kind, the best is No. 1",
    ),
    "below_order_plain": (
        "{metric}，从多到少；名次在同类中排",
        "{metric}, most first; ranked among their kind",
    ),
    "place": ("地方", "Place"),
    "unplaced": ("未落格", "Unplaced"),
    "unplaced_meaning": (
        "属于本处，落不到下一级",
        "In none of the places below",
    ),
    "total": ("合计", "Total"),
    "total_meaning": ("等于本处，比率重算", "This place; rates recomputed"),
    "pseudo": ("统计单位，不排名", "statistical unit, not ranked"),
    "too_few": ("件数太少，不排名", "too few to rank"),
    "sort_by": ("改看{metric}", "Look at {metric}"),
    "leaf": ("{level}是最细的一级", "{level} is the finest level"),
    "leaf_meaning": (
        "再往下就是一件件的案件；这里的数直接由案件行数出。",
        "Below it are the cases themselves; the numbers here are counted from their rows.",
    ),
    "childless": ("下面没有登记更细的地方", "No finer places are known here"),
    "childless_meaning": (
        "要看到更细一级，把它们写进地方表 places.csv。",
        "To see them, write them into places.csv.",
    ),
    # The map
    "map": ("地图：{metric}", "Map: {metric}"),
    "schematic": ("示意图", "Schematic"),
    "schematic_meaning": (
        "还没有录入边界：位置和形状只是示意，不表示实际范围。",
        "No boundaries are known yet: positions and shapes are schematic and show no real extent.",
    ),
    "map_by_population": ("面积按常住人口", "Areas by population"),
    "map_even": ("面积均等", "Areas alike"),
    "map_datum": ("本市录入的边界，{datum} 坐标", "The city's own boundaries, on {datum}"),
    "map_beside": ("{place}之内，本处加框", "Within {place}; this place is outlined"),
    "map_keys": (
        "{place}地图上的{level}：方向键移动，回车进入",
        "{level} on the map of {place}: arrow keys move, Enter opens",
    ),
    "map_hint": ("点一处打开", "Choose a place to open it"),
    "map_legend": ("图例", "Legend"),
    "map_places": ("{n} 处", "{n}"),
    "map_apart": ("未落格 {value}，不在图上", "Unplaced, on no shape: {value}"),
    "map_left_open": ("{parts}，{left_open}", "{parts}, {left_open}"),
    "map_missing": ("没有边界，不在图上：", "Without a boundary, on no shape:"),
    "enter": ("进入", "Open"),
    "cell_parts": ("{value}（{parts}）", "{value} ({parts})"),
    "listed": ("，", ", "),
    "shade": ("档次", "Class"),
    "shade_near": ("接近目标", "Near it"),
    "shade_short": ("有差距", "Short of it"),
    "shade_far": ("差距大", "Far from it"),
    "shade_blank": ("没有可计的数", "Nothing counted"),
    # Small cells
    "hidden_note": ("数小，不显示", "small, not told"),
    "hidden_meaning": (
        "敏感专题在网格一级，五件以下的数不显示，也不能从旁边的数算出来；"
        "“<5”也可能是零，“*”是为此一并隐去的数。",
        "About sensitive topics, numbers under five are not told of a grid, nor can they be worked"
        " out from those beside them: “<5” may be none, and “*” is hidden for their sake.",
    ),
    "says_hidden": (
        "{metric} {value}，敏感专题的小数不显示",
        "{metric} {value}: small numbers about sensitive topics are not told",
    ),
    "shade_span": ("{first} – {last}", "{first} – {last}"),
    # When there is nothing to show
    "empty": ("还没有数据", "No data yet"),
    "empty_meaning": (
        "本系统还没有发布过快照。装入一个文件，或先看演示城市：",
        "No snapshot has been published. Load a file, or look at the demo city first:",
    ),
    "empty_ingest": ("装入自己的文件", "Load your own file"),
    "empty_demo": ("生成演示城市", "Make a demo city"),
    "empty_waits": (
        "一有快照，本页自动打开。",
        "This page opens by itself as soon as there is one.",
    ),
    "no_rows": (
        "快照里还没有{facts}；所有数字留空。",
        "The snapshot holds none of this yet: {facts}. Every number is blank.",
    ),
    "lost": ("没有这一页", "There is no such page"),
    "lost_meaning": (
        "地址可能写错了，或者这个地方已经撤并。",
        "The address may be mistyped, or the place was merged into another.",
    ),
    "refused_unknown": ("没有代码为 {code} 的地方", "There is no place with the code {code}"),
    "refused_unknown_meaning": (
        "代码可能写错了，或者这个地方已经撤并。",
        "The code may be mistyped, or the place was merged into another.",
    ),
    "refused_place": ("{code} 不在您的范围内", "{code} is no place of yours"),
    "refused_place_meaning": (
        "您的账号可以看{place}和它下面的所有地方。",
        "Your account sees {place} and every place below it.",
    ),
    "refused_root": ("您的账号没有所属地方", "Your account has no place"),
    "refused_root_meaning": (
        "账号所属的地方已不在地方表里。",
        "The place of your account is no longer among the places of the city.",
    ),
    "refused_right": ("这一页不属于您的角色", "This page is not part of your role"),
    "refused_right_meaning": (
        "数据由领导和分析员看；系统、安全、审计三员各管一事，互不兼任，也不看业务数据。"
        "如工作需要，请向本单位的安全管理员申请。",
        "Leaders and analysts see the data; the officers for system, security and audit each do one"
        " thing, and see none. If your work needs it, ask your security administrator.",
    ),
    "refused_ask": (
        "如工作需要，请向本单位的安全管理员申请调整权限。",
        "If your work needs it, ask your security administrator to change what you may see.",
    ),
    "cut": (
        "链接指向 {code}，在您的范围之上；您看到的是其中属于您的部分：{place}。",
        "The link leads to {code}, above what is yours; you see the part that is: {place}.",
    ),
    "to_root": ("回到{place}", "Back to {place}"),
    "moved": (
        "代码 {code} 已撤并，现为 {place}。",
        "The code {code} was merged; its place is now {place}.",
    ),
    "wrong": (
        "地址里的 {what} 看不懂，已略过。",
        "The address says something of {what} that means nothing; it was passed over.",
    ),
    "broken": ("这一页没能算出来", "This page could not be worked out"),
    "broken_meaning": (
        "问题已记入日志，编号 {number}。其他页面不受影响。",
        "The trouble is in the log as number {number}. Other pages are not affected.",
    ),
    "again": ("再试一次", "Try again"),
    "loading": ("正在取数", "Fetching the numbers"),
    # Coming in
    "sign_in": ("登录", "Sign in"),
    "sign_out": ("退出", "Sign out"),
    "sign_out_meaning": ("结束这台设备上的登录。", "End your session on this device."),
    "account_name": ("账号", "Account"),
    "password": ("密码", "Password"),
    "sign_in_help": (
        "没有账号或忘记密码，请联系本单位的安全管理员。",
        "No account, or the password forgotten? Ask your security administrator.",
    ),
    "sign_in_failed": (
        "账号或密码不对，或者暂时锁定；锁定 {n} 分钟后解除。",
        "Name or password are wrong, or locked for now; a lock ends after {n} minutes.",
    ),
    "sign_in_busy": ("此刻登录的人太多，请再试一次。", "Too many sign in just now. Try again."),
    "sign_in_oidc": ("用统一身份认证登录", "Sign in with the organisation's account"),
    "oidc_silent": ("统一身份认证没有应答。", "The organisation's sign-in does not answer."),
    "oidc_refused": (
        "统一身份认证没有给出可以进入这里的账号。",
        "The organisation's sign-in gave no account that may come in here.",
    ),
    "code": ("一次性验证码", "One-time code"),
    "code_title": ("输入验证码", "Your one-time code"),
    "code_meaning": (
        "打开身份验证器，输入现在显示的六位数字；手机不在身边，可用恢复码。",
        "Open your authenticator and write the six digits it shows, or one of your recovery codes.",
    ),
    "code_present": (
        "现在的验证码或恢复码",
        "Code of the present authenticator, or a recovery code",
    ),
    "code_wrong": ("验证码不对，或者已经用过。", "The code is wrong, or was used already."),
    "go_on": ("继续", "Go on"),
    "enrol": ("设置一次性验证码", "Set up one-time codes"),
    "enrol_meaning": (
        "用身份验证器扫描，再输入它显示的六位数字。",
        "Scan this with an authenticator app, then write the six digits it shows.",
    ),
    "enrol_picture": ("验证器密钥的二维码", "QR code of the authenticator's secret"),
    "enrol_secret": ("或者手工输入密钥：", "Or type the secret:"),
    "recovery": ("恢复码", "Recovery codes"),
    "recovery_meaning": (
        "手机丢失时，每个恢复码可以代替验证码用一次。现在抄下来：以后不再显示。",
        "Each works once in place of a code if the phone is lost. Write them down: they are shown"
        " only now.",
    ),
    "password_old": ("现在的密码", "Present password"),
    "password_new": ("新密码", "New password"),
    "password_again": ("再输一次", "Once more"),
    "password_set": ("设置密码", "Set the password"),
    "password_change": ("修改密码", "Change the password"),
    "password_for": ("{name}，请设置密码。", "{name}, choose your password."),
    "password_due": ("密码到期，请换一个新的。", "Your password is due for a change."),
    "password_own": ("修改后，其他设备上的登录都会结束。", "All your other sessions will end."),
    "password_rules": (
        "至少 {n} 个字符（三员多两个），大写、小写、数字、其他四类中占三类，"
        "不含账号，不与最近 {many} 个相同。",
        "At least {n} characters (officers: two more), three of: capitals, small letters, digits,"
        " others; not your name; none of the last {many}.",
    ),
    "password_differs": ("两次输入的不一样。", "The two are not the same."),
    "password_wrong": ("现在的密码不对。", "The present password is wrong."),
    "password_short": ("至少要 {n} 个字符。", "At least {n} characters."),
    "password_long": ("最多 {n} 个字符。", "At most {n} characters."),
    "password_plain": (
        "大写、小写、数字、其他，四类中至少占三类。",
        "Three of: capitals, small letters, digits, others.",
    ),
    "password_name": ("不能包含账号。", "It may not contain the account's name."),
    "password_again_used": ("不能与最近 {n} 个密码相同。", "It was one of your last {n}."),
    "password_is_set": ("密码已设置", "The password is set"),
    "password_is_set_meaning": ("现在可以用它登录。", "You can sign in with it now."),
    "password_changed_meaning": (
        "其他设备上的登录都已结束。",
        "Your sessions on other devices have ended.",
    ),
    "link_bad": ("链接无效", "This link is good no more"),
    "link_bad_meaning": (
        "它已经用过、已过期，或者写错了。请向安全管理员要一个新的。",
        "It was used, has expired, or is mistyped. Ask your security administrator for another.",
    ),
    "link_sign_in_meaning": (
        "以“{name}”的身份进入。链接只能用一次。",
        "Come in as {name}. The link works once.",
    ),
    "refused_signed_out": ("请先登录", "Please sign in"),
    "refused_signed_out_meaning": ("登录已结束或尚未开始。", "Your session has ended."),
    "refused_forged": ("请求不完整", "The request is not complete"),
    "refused_forged_meaning": (
        "它不像是从本系统的页面发出的。请返回，重新打开页面再试。",
        "It does not seem to come from a page of ours. Go back, open the page again and retry.",
    ),
    "refused_audit": ("暂时不能提供", "Not at this moment"),
    "refused_audit_meaning": (
        "审计日志暂时写不进去；必须留痕的事，没有记录就不能做。",
        "The audit cannot be written, and what must be written down cannot be done without it.",
    ),
    "refused_state": ("暂时不能提供", "Not at this moment"),
    "refused_state_meaning": (
        "存放账号的数据库没有应答，请稍后再试。",
        "The database of accounts does not answer. Please try again in a while.",
    ),
    "refused_busy": ("请再试一次", "Please try again"),
    "refused_busy_meaning": (
        "此刻登录和设置密码的人太多。",
        "Too many sign in or set a password just now.",
    ),
    # The offices
    "offices": ("栏目", "Rooms"),
    "office_place": ("驾驶舱", "Cockpit"),
    "office_people": ("账号与权限", "Accounts and rights"),
    "office_displays": ("大屏", "Displays"),
    "office_audit": ("审计日志", "Audit"),
    "office_system": ("系统运行", "System"),
    "account": ("我的账号", "My account"),
    "role": ("角色", "Role"),
    "roles": ("各角色可以做什么", "What each role may do"),
    "role_leader": ("领导", "Leader"),
    "role_analyst": ("分析员", "Analyst"),
    "role_display": ("大屏", "Display"),
    "role_system": ("系统管理员", "System administrator"),
    "role_security": ("安全管理员", "Security administrator"),
    "role_audit": ("审计管理员", "Audit administrator"),
    "right_see_data": ("看本地方及以下的数", "numbers of the place and all below it"),
    "right_see_rows": ("看数背后的脱敏明细", "the rows behind a number, masked"),
    "right_reveal": ("说明理由后看一行原文", "one row unmasked, for a reason"),
    "right_export": ("导出", "export"),
    "right_ask_sql": ("自由查询", "questions of one's own"),
    "right_see_catalog": ("看目录", "the catalogue"),
    "right_operate": ("看系统运行情况", "how the service does"),
    "right_manage_people": ("管理账号与权限", "accounts and rights"),
    "right_pair_displays": ("接入大屏", "pair displays"),
    "right_read_audit": ("看和导出审计日志", "read and export the audit"),
    "code_is_set": ("已设置，恢复码剩 {n} 个", "set up, {n} recovery codes left"),
    "code_is_not_set": ("未设置", "not set up"),
    "sessions": ("登录中的设备", "Sessions"),
    "sessions_none": ("没有登录。", "Not signed in anywhere."),
    "sessions_end": ("结束全部登录", "End all sessions"),
    "seen": ("最近使用", "Last used"),
    "address": ("地址", "Address"),
    "browser": ("浏览器", "Browser"),
    "this_one": ("本次登录", "this one"),
    "end_it": ("结束", "End"),
    "display_name": ("显示名", "Name"),
    "person": ("人员", "Person"),
    "person_meaning": (
        "工号；同一人的账号写同一个，三员不得兼任。",
        "A staff number; one person's accounts share it, and no officer has a second role.",
    ),
    "state": ("状态", "State"),
    "disabled": ("已停用", "disabled"),
    "no_password": ("尚未设置密码", "no password yet"),
    "in_use": ("可用", "may come in"),
    "person_add": ("新建账号", "New account"),
    "place_code": ("所属地方（代码或名称）", "Place, by code or name"),
    "place_code_meaning": (
        "看它和它下面的所有地方；留空为全市。三员不填。",
        "Sees it and every place below; empty is the whole city. Not for officers.",
    ),
    "contact": ("联系方式", "Contact"),
    "whole_city": ("全市", "the whole city"),
    "no_place": ("不看业务数据", "sees no data"),
    "save": ("保存", "Save"),
    "link_make": ("生成设置密码的链接", "Link for setting a password"),
    "link_made": ("设置密码的链接", "Link for setting the password"),
    "link_made_meaning": (
        "请当面或用可信渠道交给本人。{n} 天内有效，只能用一次，此处只显示一次。",
        "Hand it over in person or by a way you trust. Good for {n} days and one use; shown only"
        " here and now.",
    ),
    "unlock": ("解除锁定", "Unlock"),
    "code_take_away": ("取消验证码", "Take the one-time code away"),
    "enable": ("启用", "Enable"),
    "disable": ("停用", "Disable"),
    "audit_who": ("账号", "Who"),
    "audit_what": ("做了什么", "What"),
    "audit_outcome": ("结果", "Outcome"),
    "audit_all": ("全部", "All"),
    "audit_number": ("序号", "No."),
    "audit_at": ("时间", "When"),
    "audit_rows": ("行数", "Rows"),
    "audit_detail": ("详情", "Detail"),
    "audit_verify": ("校验完整性", "Verify"),
    "audit_export": ("导出 CSV", "Export CSV"),
    "audit_whole": ("共 {n} 条，全部完整。", "{n} lines, all as they were written."),
    "audit_broken": ("发现 {n} 处问题：", "{n} faults:"),
    "audit_fault": ("第 {n} 条：{what}", "Line {n}: {what}"),
    "outcome_allowed": ("允许", "allowed"),
    "outcome_refused": ("拒绝", "refused"),
    "newer": ("较新", "Newer"),
    "older": ("较早", "Older"),
    "what_sign_in": ("登录", "sign in"),
    "what_sign_out": ("退出", "sign out"),
    "what_view": ("查看", "view"),
    "what_rows": ("查看明细", "rows"),
    "what_reveal": ("查看原文", "reveal"),
    "what_export": ("导出", "export"),
    "what_password": ("密码", "password"),
    "what_code": ("验证码", "one-time code"),
    "what_link": ("一次性链接", "one-time link"),
    "what_people": ("账号", "accounts"),
    "what_session": ("登录会话", "sessions"),
    "what_audit": ("审计", "audit"),
    "what_system": ("系统", "system"),
    "what_display": ("大屏", "displays"),
    "system_snapshot": ("快照", "Snapshot"),
    "system_home": ("数据目录", "Home"),
    "system_workers": ("进程 × 线程", "Processes × threads"),
    "system_sources": ("来源", "Sources"),
    "system_source": ("来源", "Source"),
    "system_fact": ("数据", "Fact"),
    "system_arrived": ("最近收到", "Last arrived"),
    "no_script": (
        "本页需要 JavaScript。",
        "This page needs JavaScript.",
    ),
    **PANELS,
    **BENCH,
    **CATALOG,
    **DISPLAYS,
    **EXPORTS,
    **FRAME,
    **ROWS,
    **OVERVIEW,
    **WALL,
}


@dataclass(frozen=True)
class Words:
    """The catalogue in one language."""

    language: str

    def __call__(self, word: str, **values: object) -> str:
        text = WORDS[word][list(LANGUAGES).index(self.language)]
        return text.format(**values) if values else text

    def metric(self, metric: Metric) -> str:
        """A metric's title."""
        return self.either(metric.title, metric.title_en)

    def subject(self, subject: Subject) -> str:
        """A subject's title."""
        return self.either(subject.title, subject.title_en)

    def meaning(self, metric: Metric) -> str:
        """What a metric means."""
        return self.either(metric.meaning, metric.meaning_en)

    def fact(self, name: str) -> str:
        """A fact's title."""
        return self.either(FACTS[name].title, FACTS[name].title_en)

    def many(self, fact: str, number: int) -> str:
        """So many rows of a fact: 12 件, 1 case."""
        return self(f"{'one' if number == 1 else 'n'}_{fact}", n=f"{number:,}")

    def column(self, fact: str, sql: str) -> str:
        """A column's title where the SQL is one; otherwise that it is worked out."""
        declared = FACTS[fact]
        titles = {one.name: (one.title, one.title_en) for one in declared.columns}
        titles |= {one.name: (one.title, one.title_en) for one in declared.derived}
        return self.either(*titles[sql]) if sql in titles else self("computed")

    def panel(self, panel: Panel) -> str:
        """A panel's title."""
        return self.either(panel.title, panel.title_en)

    def asks(self, panel: Panel) -> str:
        """A panel's question."""
        return self.either(panel.asks, panel.asks_en)

    def purpose(self, panel: Panel) -> str:
        """What a panel means."""
        return self.either(panel.meaning, panel.meaning_en)

    def value(self, text: str) -> str:
        """A value that a fact declares, in words; any other stays as it is."""
        return self.either(*VALUES[text]) if text in VALUES else text

    def label(self, panel: Panel, column: str) -> str:
        """What a panel's column is called: as its file says, else as its fact does."""
        if column in panel.labels:
            return self.either(*panel.labels[column])
        if column == "place":
            return self("place")
        for name in (panel.fact, *FACTS):
            titles = {one.name: (one.title, one.title_en) for one in FACTS[name].columns}
            titles |= {one.name: (one.title, one.title_en) for one in FACTS[name].derived}
            if column in titles:
                return self.either(*titles[column])
        return self.panel(panel)

    def status(self, fact: str, name: str) -> str:
        """How a row stands."""
        found = FACTS[fact].status(name)
        return self.either(found.title, found.title_en)

    def level(self, rung: int, many: bool = False) -> str:
        """The word for a rung."""
        level = LEVELS[rung]
        return self.either(level.title, level.plural_en if many else level.title_en)

    def place(self, place: Place, city_en: str = "") -> str:
        """A place's name, with its pinyin in English."""
        if self.language == "zh":
            return place.name
        if place.parent is None and city_en:
            return city_en
        return place.name

    def brain(self, place: Place) -> str:
        """Level and brain of a place: 街镇·小脑."""
        key = f"brain_{place.level}"
        brain = self(key) if key in WORDS else ""
        level = self.level(place.rung)
        return self("of_level", level=level, brain=brain) if brain else level

    def either(self, chinese: str, english: str) -> str:
        """Whichever of the two is of this language; the Chinese where there is no English."""
        return chinese if self.language == "zh" or not english else english
