"""Words of walls."""

WALL: dict[str, tuple[str, str]] = {
    "wall_unknown": ("没有这块大屏", "There is no such wall"),
    "wall_unknown_meaning": (
        "已知的大屏：{known}。大屏写在 queries/walls/ 里，改后随下一次快照发布。",
        "Known walls: {known}. They are files in queries/walls/ and come with the next snapshot.",
    ),
    "wall_refused": ("这里不在您的范围", "This place is not yours"),
    "wall_refused_meaning": (
        "大屏只显示您所在的地方和它下面。",
        "A wall shows your own place and what lies below it.",
    ),
    "wall_waits": ("等待第一份数据", "Waiting for the first data"),
    "wall_lost": ("连接中断 {age}", "No connection for {age}"),
    "wall_lost_net": ("服务器没有应答", "the server does not answer"),
    "wall_lost_slow": ("服务器应答太慢", "the server answers too slowly"),
    "wall_lost_fault": ("服务器出错", "the server has a fault"),
    "wall_lost_right": ("没有权限", "this display may not see it"),
    "wall_picture_of": ("画面为 {when} 的数据", "this picture is of {when}"),
    "wall_red_new": ("新增红色预警", "New red warning"),
    "wall_held": ("停留", "Held"),
    "wall_seconds": ("{n} 秒", "{n} s"),
    "wall_minutes": ("{n} 分钟", "{n} min"),
    "wall_hours": ("{n} 小时", "{n} h"),
    "wall_days": ("{n} 天", "{n} days"),
    "wall_burning": ("未销号预警", "Open warnings"),
    "wall_nothing": ("这里没有可数的", "Nothing was counted here"),
    "wall_test": ("测试画面", "Test picture"),
    "wall_test_meaning": (
        "站在 {distance} 米处：每一行都应能读出，四角的框都应完整，圆应是圆的。",
        "From {distance} m away: each line can be read, all corners are there, the ring is round.",
    ),
    "wall_test_least": ("最小的字", "The smallest letters"),
    "wall_test_number": ("数字 1234567890", "Figures 1234567890"),
    "wall_as_of": ("数据至 {day}", "data to {day}"),
    "wall_short_by": ("差距最大", "The largest shortfalls"),
    "wall_made_of": ("最多的", "The most"),
    "wall_of": ("{metric}：{title}", "{metric}: {title}"),
}
"""Word → Chinese and English."""
