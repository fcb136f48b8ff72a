"""How many rows a page of a list is asked for with."""

from __future__ import annotations

# Rows: small enough to answer soon, and it brings the total that the other pages are planned from.
FIRST_PAGE = 500
# Rows: as fast as the 5,000 that lists allow, at half the memory, and less is lost with a page that
# fails.
LARGE = 2500
# Rows, if nothing is known of the server: the sooner pages come, the sooner it has all its lanes.
LEARNING = 1500
# Rows, where the pace is the bound: larger pages take half as much memory again.
IN_PACE = 2000


def choose_size(total: int | None, lanes: int, most: int, large: int = LARGE) -> int:
    """Rows a page so that every lane has work to the end: as many rounds as needed, all of them
    full.

    Args:
        total: rows of the list.
        most: rows that a page may have.
        large: rows that it has at most if several are asked for at once.
    """
    if total is None:
        return most
    lanes, largest = max(lanes, 1), most
    if lanes > 1:
        largest = min(large, most)
    rounds = -(-total // (lanes * largest))
    even = -(-total // (lanes * max(rounds, 1)))
    return max(min(FIRST_PAGE, most), min(-(-even // 50) * 50, largest))
