"""The words of the frame around every page; ``words`` has them among all others."""

FRAME: dict[str, tuple[str, str]] = {
    # Subjects
    "subjects": ("主题", "Subjects"),
    "overview": ("总览", "Overview"),
    # What a period is compared with
    "compare": ("对比", "Against"),
    "compare_previous": ("环比", "Previous"),
    "compare_year": ("同比", "Last year"),
    "compare_none": ("不比", "None"),
    "compare_previous_meaning": (
        "与前一个同样的时段相比",
        "Compared with the stretch of the same kind before",
    ),
    "compare_year_meaning": (
        "与去年同样的日子相比",
        "Compared with the same days of the year before",
    ),
    "compare_none_meaning": ("不作比较", "Compared with nothing"),
    "compared": ("对比 {span}", "against {span}"),
    "compared_nothing": ("全部数据，无从对比", "All the data: nothing to compare with"),
    # Finding a place
    "search": ("搜索地方", "Search for a place"),
    "search_hint": ("名称、拼音或代码", "Name, pinyin or code"),
    "search_none": ("您的范围内没有这样的地方。", "No such place among yours."),
    "search_more": ("只列出前 {n} 个，多写几个字再看。", "The first {n} only; type a little more."),
    "search_lost": ("服务器没有应答，稍后再试。", "The server does not answer; try again later."),
    "search_found": ("{n} 个地方", "{n} places"),
    "lost_search": (
        "也可以在上方按名称、拼音或代码搜索。",
        "Or search for it above, by name, pinyin or code.",
    ),
    "siblings": ("换到与{place}同级的地方", "Go to another place beside {place}"),
    "siblings_filter": ("筛选", "Filter"),
    # The three clocks
    "link": ("连接", "Link"),
    "link_up": ("正常", "up"),
    "link_lost": ("中断", "lost"),
    "data_of": ("{fact}截至", "{fact} as of"),
    "data_meaning": (
        "{fresh} 小时以内为最新，{old} 小时以上为陈旧。",
        "Current up to {fresh} hours, old from {old} hours on.",
    ),
    "published_meaning": (
        "快照 {id}：有新的，本页自己换上。",
        "Snapshot {id}; the page takes up a newer one by itself.",
    ),
    "link_meaning": ("最近一次收到服务器应答。", "When the server last answered."),
    "offline": (
        "与服务器的连接中断，数字停在最后一次取到的。恢复后自动更新。",
        "The link to the server is lost; the numbers are the last that came. They are brought up to"
        " date once it is back.",
    ),
    "renewed": ("数据已更新。", "The numbers were brought up to date."),
    # Who looks
    "menu": ("{name}的菜单", "Menu of {name}"),
    "role_at": ("{role} · {place}", "{role} · {place}"),
    # Keys
    "keys": ("快捷键", "Keys"),
    "keys_search": ("搜索地方", "search for a place"),
    "keys_up": ("回到上一级", "up a level"),
    "keys_subject": ("先 g，再字母：{subject}", "g, then the letter: {subject}"),
    "keys_menu": ("在菜单里选择，回车打开", "choose in a menu, Enter opens"),
    "keys_help": ("显示本表", "this table"),
    "keys_single": ("启用单键快捷键", "Single keys do this"),
}
