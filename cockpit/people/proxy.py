"""Signing in by a proxy in front, which names the account in a header. Nobody else is believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from cockpit.model.mistakes import Mistake
from cockpit.settings import Settings


class Proxy:
    """The proxy of this deployment: its header, and the addresses from which it speaks."""

    def __init__(self, settings: Settings):
        self.header = settings.proxy_header.strip()
        self.networks = []
        for each in filter(None, (part.strip() for part in settings.proxy_addresses.split(","))):
            try:
                self.networks.append(ipaddress.ip_network(each))
                if not self.networks[-1].prefixlen:
                    raise ValueError
            except ValueError:
                raise Mistake(
                    f"{each!r} is no address or network of a proxy",
                    where="COCKPIT_PROXY_ADDRESSES",
                    write="10.1.2.3 or 10.1.2.0/24, with commas between",
                ) from None
        if self.header and not self.networks:
            raise Mistake(
                f"{self.header} would be believed from everywhere",
                where="COCKPIT_PROXY_HEADER",
                write="Say in COCKPIT_PROXY_ADDRESSES from which addresses the proxy speaks",
            )

    def named(self, peer: str, headers: Mapping[str, str]) -> str:
        """The account that the proxy names, or nothing: also where the header comes from others."""
        if not self.header or not self._is_ours(peer):
            return ""
        return _found(headers, self.header).strip()

    def client(self, peer: str, headers: Mapping[str, str]) -> str:
        """The address of who asks: as the proxy tells it, where the request comes from there."""
        if not self._is_ours(peer):
            return peer
        for each in reversed(_found(headers, "X-Forwarded-For").split(",")):
            told = _address(each)
            if told is None:  # whoever stands before it may have made it up, like this
                return peer
            if not self._is_ours(each):
                return str(told)
        return peer

    def _is_ours(self, address: str) -> bool:
        known = _address(address)
        return known is not None and any(known in network for network in self.networks)


def _address(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, in one spelling: a socket for both kinds tells 10.1.2.3 as ::ffff:10.1.2.3."""
    try:
        found = ipaddress.ip_address(written.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _found(headers: Mapping[str, str], name: str) -> str:
    """A header's value, however its name is spelt."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")
