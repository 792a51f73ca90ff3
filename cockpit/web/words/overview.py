"""The words of the overview and of subjects' pages; ``words`` has them among all others."""

OVERVIEW: dict[str, tuple[str, str]] = {
    # Groups of tiles
    "group_cases": ("事件闭环", "Case closure"),
    "group_warnings": ("五色预警", "Five-colour warnings"),
    "group_sharing": ("数据共享", "Data sharing"),
    "group_all": ("看全部 {n} 项指标", "All {n} metrics"),
    "group_blank": ("本处本期没有可计的数。", "Nothing was counted here in this period."),
    "group_as_of": ("数据截至 {day}", "Data as of {day}"),
    "unit_warnings": ("条", ""),
    "unit_datasets": ("项", ""),
    "unit_share_requests": ("次", ""),
    "n_cases": ("{n} 件", "{n} cases"),
    "n_warnings": ("{n} 条", "{n} warnings"),
    "n_datasets": ("{n} 项", "{n} datasets"),
    "n_share_requests": ("{n} 次", "{n} requests"),
    "one_cases": ("{n} 件", "{n} case"),
    "one_warnings": ("{n} 条", "{n} warning"),
    "one_datasets": ("{n} 项", "{n} dataset"),
    "one_share_requests": ("{n} 次", "{n} request"),
    # A value against that of another time, and among its peers
    "change": ("变化", "Change"),
    "change_points": ("{n} 个百分点", "{n} pp"),
    "change_share": ("{n}%", "{n}%"),
    "change_unit": ("{n}", "{n}"),
    "better": ("变好", "better"),
    "worse": ("变差", "worse"),
    "same": ("持平", "unchanged"),
    "more": ("增加", "more"),
    "fewer": ("减少", "fewer"),
    "than_previous": ("环比", "on the period before"),
    "than_year": ("同比", "on the year before"),
    "change_was": ("{than}：{span} 为 {value}", "{than}: {value} in {span}"),
    "peer_rank": ("第 {place} / {among}", "No. {place} of {among}"),
    "peer_rank_meaning": (
        "同一上级下同类地方共 {among} 个参加排名，最好的排第 1；统计单位和件数太少的不参加",
        "Among {among} places of the same kind under the same one; the best is No. 1, statistical"
        " units and too small counts are left out",
    ),
    "peers": ("同类排名", "Among its peers"),
    "spark": ("从 {since} 起：最低 {least}，最高 {most}", "Since {since}: {least} to {most}"),
    "left_out": ("不计入", "Left out"),
    "left_out_meaning": (
        "留白 {n}：有原因、有复核日，不进分子分母",
        "{n} left open, with a reason and a review date",
    ),
    "sources": ("来源", "Sources"),
    "source_arrived": ("{source}，最近收到 {when}", "{source}, last arrived {when}"),
    # Open warnings by colour
    "burning": ("未销号预警", "Open warnings"),
    # Where a call is needed
    "call": ("需要过问的地方", "Where a call is needed"),
    "made_of": ("主要在哪里", "Where most of it is"),
    "call_short": (
        "{metric}离 {target} 的目标还差 {n}。",
        "{metric} is {n} short of its target of {target}.",
    ),
    "call_over": (
        "{metric}超出 {target} 的上限 {n}。",
        "{metric} is {n} over its limit of {target}.",
    ),
    "call_reached": (
        "{metric}已达到 {target} 的目标；下面这些地方还没有。",
        "{metric} has reached its target of {target}; these places have not.",
    ),
    "call_none": (
        "{metric}达到 {target} 的目标，下一级没有未达标的地方。",
        "{metric} has reached its target of {target}, and so has every place below.",
    ),
    "call_few": (
        "{metric}不足 {n} 件，不评是否达标。",
        "{metric}: under {n}, from too few to say whether its target is reached.",
    ),
    "call_mean": (
        "{metric}没有目标，以本处的 {value} 为准；下面这些地方不如它。",
        "{metric} has no target; these places fall behind this place's own {value}.",
    ),
    "call_level": (
        "{metric}没有目标；下一级都与本处的 {value} 持平。",
        "{metric} has no target; every place below stands at this place's own {value}.",
    ),
    "call_blank": ("{metric}本期没有可计的数。", "{metric}: nothing was counted in this period."),
    "call_share": (
        "{metric}共 {n}，最多的是：",
        "{metric}: {n} in all, most of them in:",
    ),
    "short_by": ("差 {n}", "{n} short"),
    "over_by": ("多 {n}", "{n} over"),
    "then_reached": ("补上到此，全处 {value}", "then {value} in all"),
    "then_reached_meaning": (
        "从上到此各处补上差额后，{place}的{metric}可到 {value}",
        "Once it and those above have closed their shortfall, {metric} of {place} comes to {value}",
    ),
    "share_of": ("占 {share}", "{share} of all"),
    "others_short": (
        "另有 {n} 处，共 {needed}。",
        "{n} more, {needed} together.",
    ),
    # A sentence on top
    "says_targets": (
        "{n} 项有目标的指标，{m} 项达标",
        "{m} of {n} targets are reached",
    ),
    "says_all": ("{n} 项有目标的指标全部达标", "All {n} targets are reached"),
    "says_no_target": ("{n} 项有目标的指标都未达标", "None of {n} targets is reached"),
    "says_none": ("本处本期没有可计的数。", "Nothing was counted here in this period."),
    "says_reached": (
        "{metric} {value}，达到 {target} 的目标",
        "{metric}: {value}, at its target of {target}",
    ),
    "says_missed": (
        "{metric} {value}，未达 {target} 的目标",
        "{metric}: {value}, not at its target of {target}",
    ),
    "says_within": (
        "{metric} {value}，在 {target} 的上限之内",
        "{metric}: {value}, within its limit of {target}",
    ),
    "says_over": (
        "{metric} {value}，超出 {target} 的上限",
        "{metric}: {value}, over its limit of {target}",
    ),
    "says_few": (
        "{metric} {value}，分母太少，不作评价",
        "{metric}: {value}, from too few to be judged",
    ),
    "says_value": ("{metric} {value}", "{metric}: {value}"),
    "says_blank": ("{metric}本期没有可计的数", "{metric}: nothing was counted"),
    "says_changed": ("{than}{way} {by}，{verdict}", "{way} {by} {than}, {verdict}"),
    "says_moved": ("{than}{way} {by}", "{way} {by} {than}"),
    "says_same": ("{than}持平", "unchanged {than}"),
    "way_up": ("升", "up"),
    "way_down": ("降", "down"),
    "says_short": ("差距主要在{places}", "most of the gap is in {places}"),
    "says_most": ("最多的是{places}", "most of it is in {places}"),
    "says_place": ("{place}（{n}）", "{place} ({n})"),
    "says_burning": ("未销号预警 {n}，其中{colours}", "{n} open, of them {colours}"),
    "says_mild": ("未销号预警 {n}，没有红色和橙色的", "{n} open, none red or orange"),
    "says_calm": ("没有未销号预警", "No warning is open"),
    "says_colour": ("{colour} {n}", "{n} {colour}"),
    "and": ("、", ", "),
    "comma": ("，", ", "),
    "stop": ("。", ". "),
    # The trend of before
    "trend_then": ("对照期", "Compared period"),
    "then_point": ("{day}：{value}", "{day}: {value}"),
}
