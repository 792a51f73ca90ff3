"""The words of displays: while they are paired, and in the office that looks after them."""

DISPLAYS: dict[str, tuple[str, str]] = {
    # On a display that waits
    "pairing": ("这块屏幕等待接入", "This display waits to be paired"),
    "pairing_begins": ("正在取接入码…", "Asking for a code …"),
    "pairing_left": (
        "接入码 {n} 分钟内有效，过后自动更换",
        "Good for {n} more minutes; then there is another",
    ),
    "pairing_crowded": (
        "等待接入的屏幕太多，一分钟后再试",
        "Too many displays wait; trying again in a minute",
    ),
    "pairing_silent": ("服务器没有应答，正在重试", "The server does not answer; trying again"),
    "pairing_picture": ("打开接入页面的二维码", "A QR code that opens the page for approving"),
    "pairing_scan": ("安全管理员扫码核准", "The security officer scans this to approve"),
    "pairing_meaning": (
        "或由安全管理员登录后打开下面的地址，输入接入码，选定地方和大屏。",
        "Or a security officer signs in at this address and writes the code, a place and a wall.",
    ),
}
"""Word → Chinese and English."""
