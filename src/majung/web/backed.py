"""Rows of a table that stay in the database: it finds, sorts and counts them and gives one page, whatever their number.

Backed(measures, row, sorts={"due": "due", "owner": said("owner__name", "ko")}, finds=[within("key")])
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

from django.db.models import Case, CharField, F, Model, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower, NullIf
from django.db.models.lookups import IContains

from majung.taskforce.rules.states import Lifecycle
from majung.web.tables import Row, Stored

Expression = Any
"""A column's name or an expression of the ORM, which types neither `asc` nor `desc` on all of them."""
AT_A_TIME = 1000
"""Rows brought at a time when all of them are wanted, for a file."""
OTHER = {"ko": "en", "en": "ko"}


Item = TypeVar("Item")

Find = Callable[[str], Q]
"""The condition under which a row has a word."""


class Backed(Stored):
    """The rows of a query set as rows of a table.

    shown: makes a table's row of a database row. whole: joins and annotates what `shown` needs; only the rows of a page
    are brought with it. sorts: by a column's key, what orders it (a column's name or an expression); others keep the
    query set's own order. turned: columns that rise as their expression falls (days late by due date). finds: where
    words are looked for. total: how many rows, if that is known. sought: words narrow the rows already.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        shown: Callable[[Any], Row],
        *,
        whole: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows,
        sorts: Mapping[str, Expression] | None = None,
        turned: Collection[str] = (),
        finds: Iterable[Find] = (),
        total: int | None = None,
        sought: bool = False,
    ) -> None:
        self._rows = rows
        self._shown = shown
        self._whole = whole
        self._sorts = dict(sorts or {})
        self._turned = frozenset(turned)
        self._finds = tuple(finds)
        self._total = total
        self._sought = sought

    def __len__(self) -> int:
        if self._total is None:
            self._total = len(self._all) if self._sought else self._rows.order_by().count()
        return self._total

    @functools.cached_property
    def _all(self) -> list[int]:
        """The numbers of all rows in order: where words are sought each row must be looked at, so it is done once."""
        return list(self._rows.values_list("pk", flat=True))

    def __iter__(self) -> Iterator[Row]:
        for row in self._whole(self._rows).iterator(AT_A_TIME):
            yield self._shown(row)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        """First the numbers of the rows, then the rows with all that is joined to them: nothing wide is sorted."""
        wanted = at if isinstance(at, slice) else slice(at, at + 1)
        numbers = self._all[wanted] if self._sought else list(self._rows.values_list("pk", flat=True)[wanted])
        found = {row.pk: row for row in self._whole(self._rows.model._default_manager.filter(pk__in=numbers))}
        rows = [self._shown(found[number]) for number in numbers if number in found]
        return rows if isinstance(at, slice) else rows[0]

    def arranged(self, wanted: str, sort: str) -> Backed:
        rows, total = self._rows, self._total
        for word in wanted.split():
            total = None
            rows = rows.filter(functools.reduce(operator.or_, (find(word) for find in self._finds), Q(pk__in=())))
        column = sort.removeprefix("-")
        by = self._sorts.get(column)
        if by is not None:
            order = F(by) if isinstance(by, str) else by
            falls = sort.startswith("-") != (column in self._turned)
            first = order.desc(nulls_last=True) if falls else order.asc(nulls_last=True)
            rows = rows.order_by(first, *rows.query.order_by, "pk")
        return Backed(
            rows,
            self._shown,
            whole=self._whole,
            sorts=self._sorts,
            turned=self._turned,
            finds=self._finds,
            total=total,
            sought=self._sought or bool(wanted),
        )


class Kept(Stored, Generic[Item]):
    """Many things in memory as rows of a table, each made a row only when it is shown.

    shown: makes rows of the things of one page, so that what they need is asked for once. sorts: by a column's key,
    what orders a thing; words: the text of a thing in which words are looked for.
    """

    def __init__(
        self,
        items: Sequence[Item],
        shown: Callable[[Sequence[Item]], list[Row]],
        *,
        sorts: Mapping[str, Callable[[Item], Any]],
        words: Callable[[Item], str],
    ) -> None:
        self._items = items
        self._shown = shown
        self._sorts = sorts
        self._words = words

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self._items), AT_A_TIME):
            yield from self._shown(self._items[start : start + AT_A_TIME])

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        return self._shown(self._items[at]) if isinstance(at, slice) else self._shown([self._items[at]])[0]

    def arranged(self, wanted: str, sort: str) -> Kept[Item]:
        items = list(self._items)
        for word in wanted.casefold().split():
            items = [item for item in items if word in self._words(item).casefold()]
        by = self._sorts.get(sort.removeprefix("-"))
        if by is not None:
            items.sort(key=by, reverse=sort.startswith("-"))
        return Kept(items, self._shown, sorts=self._sorts, words=self._words)


def within(place: Expression | str) -> Find:
    """Rows whose column or expression has the word, in capitals or not."""
    return lambda word: Q(IContains(F(place) if isinstance(place, str) else place, Value(word)))


def through(path: str, kind: type[Model], place: Expression | str) -> Find:
    """Rows that point, at `path`, to a row of another kind that has the word: the few are searched, not the many."""
    return lambda word: Q(**{f"{path}__in": kind._default_manager.filter(within(place)(word)).order_by().values("pk")})


def in_state(column: str, lifecycle: Lifecycle, language: str) -> Find:
    """Rows in a state whose name on the page has the word."""
    return lambda word: Q(
        **{f"{column}__in": [k for k, text in lifecycle.labels.items() if word.casefold() in text[language].casefold()]}
    )


def said(path: str, language: str) -> Expression:
    """A bilingual text as a page says it: in its language, in the other where that is missing; null for none."""
    empty = Value("", TextField())
    return Lower(
        Coalesce(
            NullIf(KeyTextTransform(language, path), empty),
            NullIf(KeyTextTransform(OTHER[language], path), empty),
        )
    )


def labelled(column: str, lifecycle: Lifecycle, language: str) -> Expression:
    """A state as a page says it."""
    return Case(
        *(When(**{column: value}, then=Value(text[language])) for value, text in lifecycle.labels.items()),
        default=F(column),
        output_field=CharField(),
    )
