"""What a walk adds to a call by itself, and how it does without what the server refuses of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from stnb.errors import HiddenRows, StnbWarning
from stnb.frame.notices import Notice
from stnb.session import Taken

from ..call import Call
from .models import Query

SORT, BOUND, SIZE, TOTAL = "sort", "createdBefore", "pageSize", "includeTotal"
PLACES = ("page", "from")  # which page a query is for; the caller may say where a feed begins
# Rows a page, one after another, if a size is refused and no other is stated.
SIZES = (500, 100, 50)
MOST_SIZES = 8  # that are tried one after another
LATE_SIZE = 200  # rows from which a page that is late is asked for in smaller ones
LATE_PARTS = 5  # so many
# How often a size is late, before any page of it came, until it is no longer asked for.
LATE_TWICE = 2
WHAT_FOLLOWS = {
    SORT: "its pages come in the server's own order",
    BOUND: "rows that are created while it is read may be among its rows",
    TOTAL: "its pages are read one after another",
    SIZE: "its pages have the size that the server chooses",
}


class Own:
    """The parameters that are stnb's own in the queries of one walk.

    What the caller set is not touched: it is no part of this.

    Args:
        call: what is asked for.
        taken: what is known of the resource; what is learned goes there once a call went through.
        size_is_ours: whether the caller left the page size to stnb.
        tell: is told each thing that is learned.
    """

    def __init__(
        self, call: Call, taken: Taken, tell: Callable[[Notice], None], *, size_is_ours: bool
    ) -> None:
        self.call, self.taken = call, taken
        self.without = set(taken.without)
        self.most, self.least = taken.most, taken.least
        self._tell, self._size_is_ours = tell, size_is_ours
        self._refused_sizes: set[int] = set()
        self._resized = False  # whether this walk learned another size
        self._sorted = False  # whether a page came in our order, which the others have to have too
        self._came: set[tuple[str, str]] = set()  # what went through in this walk
        self._guessed: set[str] = set()  # what is left out as other lists refuse it

    @property
    def sizeless(self) -> bool:
        """Whether the server chooses how many rows a page has."""
        return self._size_is_ours and SIZE in self.without

    def fit(self, size: int) -> int:
        """The size nearest to this one that the server takes."""
        if not self._size_is_ours:
            return size
        if self.most is not None:
            size = min(size, self.most)
        return max(size, self.least or 1)

    def part(self, size: int) -> int:
        """The largest part of a page that the server takes, of which some make a whole one."""
        if not self._size_is_ours or self.most is None or self.sizeless:
            return size
        return largest_divisor(size, self.most)

    def query(self, *pairs: tuple[str, str]) -> Query:
        """The caller's filters, ordered by id unless the caller ordered them, and these pairs."""
        filters = stable(self.call, self.without)
        refused = self.without
        if not self._size_is_ours:
            refused = refused - {SIZE}
        return (*filters, *(pair for pair in pairs if pair[0] not in refused), *self._total())

    def _total(self) -> Query:
        if TOTAL in self.without or not self.call.endpoint.takes(TOTAL):
            return ()
        if any(name == TOTAL for name, _ in self.call.query):
            return ()
        return ((TOTAL, "true"),)

    @property
    def has_come(self) -> bool:
        """Whether a call of this walk went through."""
        return bool(self._came)

    def came(self, query: Query) -> None:
        """Note that a query went through: what it has of ours is not to blame later."""
        self._came.update(query)

    def suspects(self, query: Query) -> list[str]:
        """What may be refused of ours in a query, as it did not go through yet in this walk."""
        ours = self._ours_in(query)
        return [pair[0] for pair in query if pair[0] in ours and pair not in self._came]

    def settled(self, query: Query) -> list[str]:
        """What of ours in a query is known by now to be refused, from another lane."""
        ours = self._ours_in(query)
        found = sorted(ours & self.without)
        if SIZE in ours - self.without and not self._fits(int(dict(query)[SIZE])):
            found.append(SIZE)
        return found

    def _fits(self, size: int) -> bool:
        return self.fit(size) == size and size not in self._refused_sizes

    def guess(self, query: Query, *, keeps_size: bool) -> bool:
        """Do without all of a query that other lists of the tenant refuse and none took.

        Returns:
            Whether it has any of that.
        """
        guessed = self.taken.elsewhere() & set(self.suspects(query))
        if keeps_size:
            guessed -= {SIZE}
        self._guessed |= guessed
        self.without |= guessed
        return bool(guessed)

    def refuse(
        self, named: Mapping[str, Sequence[int]], query: Query, *, keeps_size: bool = False
    ) -> bool:
        """Do without what a refusal names, as far as it is ours.

        Args:
            named: the parameters, with the numbers that are stated of each.
            query: what was refused.
            keeps_size: whether a page may not be left to the size that the server chooses.

        Returns:
            Whether another query may help.
        """
        names = set(named) & self._ours_in(query)
        if self._sorted:
            names.discard(SORT)
        helped = bool(names - {SIZE})
        self.without |= names - {SIZE}
        if SIZE in names:
            size = int(dict(query)[SIZE])
            helped = self._resize(size, named[SIZE], keeps_size=keeps_size) or helped
        return helped

    def blames_ours(self, named: Collection[str], query: Query) -> bool:
        """Whether a refusal names nothing of a query that the caller set."""
        places = {name for name in PLACES if all(name != given for given, _ in self.call.query)}
        return bool(named) and set(named) <= places | self._ours_in(query)

    def _ours_in(self, query: Query) -> set[str]:
        caller = {name for name, _ in self.call.query} - self.call.ours
        ours = {SORT, BOUND, TOTAL} - caller | self.call.ours
        if self._size_is_ours:
            ours.add(SIZE)
        return ours & {name for name, _ in query}

    def _resize(self, size: int, stated: Sequence[int], *, keeps_size: bool) -> bool:
        if self.fit(size) != size or self.sizeless:
            return True  # another lane was refused before
        other = None
        # A server that refuses every size, and states another each time, must come to an end.
        if size not in self._refused_sizes and len(self._refused_sizes) < MOST_SIZES:
            other = _other_size(size, stated)
        self._refused_sizes.add(size)
        if other is None:
            if not keeps_size:
                self.without.add(SIZE)
            return not keeps_size
        self._resized = True
        if other < size:
            self.most = other
        else:
            self.least = other
        return True

    def is_first_so_large(self, size: int) -> bool:
        """Whether no page of this size came so far, but a smaller one did."""
        came = self.taken.came
        return size not in came and any(smaller < size for smaller in came)

    def late(self, size: int) -> int | None:
        """The size to ask for instead of one whose page is late; None if less would not help."""
        if not self._size_is_ours or size < LATE_SIZE or self.sizeless:
            return None
        smaller = largest_divisor(size, size // LATE_PARTS)
        taken = self.taken
        taken.late[size] += 1
        is_known = self.most is not None and self.most <= smaller
        if taken.late[size] >= LATE_TWICE and size not in taken.came and not is_known:
            self.most = taken.most = smaller
            taken.keep()
            self._say(
                f"{self.call.endpoint.name} does not answer in time for pages of {size:,} rows; it "
                f"is asked for {smaller:,} at a time."
            )
        return smaller

    def went_through(self, query: Query) -> None:
        """Remember what was learned, and tell it: a call went through without it."""
        asked = dict(query)
        self.came(query)
        self.taken.took |= self._ours_in(query)
        self._sorted = self._sorted or SORT in asked
        if SIZE in asked:
            self.taken.came.add(int(asked[SIZE]))
        name, taken = self.call.endpoint.name, self.taken
        is_news = not self.without <= taken.without
        # What an earlier process learned is said again where rows may be missing for it.
        for left_out in sorted(self.without - taken.without | self._silently_out()):
            taken.told.add(left_out)
            follows, category = WHAT_FOLLOWS.get(left_out, ""), StnbWarning
            if not follows:  # it is the filter that shows inactive rows
                follows, category = "inactive rows may be missing", HiddenRows
            sentence = f"{name} does not take {left_out}, which stnb adds; so {follows}."
            if left_out in self._guessed:
                sentence = (
                    f"{name} refuses what stnb adds, and is asked without {left_out}, as other "
                    f"lists of the tenant refuse that; so {follows}."
                )
            self._tell(Notice(category, sentence))
        taken.without |= self.without
        is_sized = self._resized and SIZE not in self.without
        if is_sized and (self.most, self.least) != (taken.most, taken.least):
            is_news = True
            taken.most, taken.least = self.most, self.least
            least, most = self.least or 1, ""
            if self.most is not None:
                most = f" to {self.most:,}"
            self._say(f"{name} takes pages of {least:,}{most} rows; they are asked for so.")
        if is_news:
            taken.keep()

    def _say(self, sentence: str) -> None:
        self._tell(Notice(StnbWarning, sentence))

    def _silently_out(self) -> set[str]:
        """The filters of this call that are left out, and of which nobody has been told."""
        return (self.without & self.call.ours) - self.taken.told


def largest_divisor(size: int, most: int) -> int:
    """The largest number up to `most`, and at least 1, that divides a size."""
    for number in range(min(most, size), 1, -1):
        if size % number == 0:
            return number
    return 1


def _other_size(size: int, stated: Sequence[int]) -> int | None:
    """Rows a page to ask for if so many are refused: what is stated, else less."""
    below = [number for number in stated if 0 < number < size]
    above = [number for number in stated if number > size]
    if below:
        return max(below)
    if above and size <= SIZES[-1]:
        return min(above)
    smaller = [number for number in SIZES if number < size]
    if smaller:
        return smaller[0]
    return None


def stable(call: Call, without: set[str] | frozenset[str] = frozenset()) -> Query:
    """The query, ordered by id if the caller did not order it: new rows then come last and shift no
    page. What stnb added and the server refuses is left out.
    """
    refused = without & call.ours
    query = tuple(pair for pair in call.query if pair[0] not in refused)
    sort = call.endpoint.takes(SORT)
    if sort is None or SORT in without or any(name == SORT for name, _ in query):
        return query
    for value in sort.values:
        if value.lower() == "+id":
            return (*query, (SORT, value))
    return query
