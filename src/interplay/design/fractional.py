"""Fractions of a factorial: when every combination of the interventions would be too many treatments to train."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from interplay.errors import StudyError

Word = frozenset[str]
"""A set of factors: the main effect of one, or the joint contrast of several."""

FULL = 6
"""Up to so many factors every combination is trained."""

SHORT = 3
"""Contrasts of more factors than this are taken to be absent."""

GENERATORS: Mapping[int, tuple[str, ...]] = {
    7: ("ABCDEF",),
    8: ("ABCD", "ABEF"),
    9: ("ABCD", "ACEF", "CDEF"),
    10: ("BCDF", "ACDF", "ABDE", "ABCE"),
    11: ("CDE", "ABCD", "ABF", "BDEF", "ADEF"),
}
"""Factors beyond the sixth, each on where an odd number of these of the first six (A to F) is on: 64 treatments."""


@dataclass(frozen=True)
class Fraction:
    """A regular two-level fraction of 64 treatments.

    `names` are the factors. The first six are crossed; each further one is on where an odd number of its generator is
    on, so that the control is part of the fraction. Of all regular fractions of this size it has the highest
    resolution and, among those, the least aberration (as few short words as possible).

    Reference: Box and Hunter (1961), "The 2^(k-p) fractional factorial designs"; Fries and Hunter (1980), "Minimum
    aberration 2^(k-p) designs"; the generators are those of Montgomery, "Design and Analysis of Experiments", table
    8.14.

    Example:
        >>> made = Fraction(tuple("ABCDEFGH"))
        >>> len(made.runs), made.resolution, sorted("".join(sorted(word)) for word in made.defining)
        (64, 5, ['ABCDG', 'ABEFH', 'CDEFGH'])
    """

    names: tuple[str, ...]

    @property
    def generated(self) -> Mapping[str, Word]:
        """Each factor beyond the sixth with the factors that switch it."""
        letters = dict(zip("ABCDEF", self.names, strict=False))
        texts = GENERATORS[len(self.names)]
        return {
            name: frozenset(letters[one] for one in text) for name, text in zip(self.names[FULL:], texts, strict=True)
        }

    @cached_property
    def defining(self) -> tuple[Word, ...]:
        """The words of the defining relation: contrasts that are constant over the fraction."""
        words: list[Word] = [frozenset()]
        for name, switches in self.generated.items():
            words += [word ^ switches ^ {name} for word in words]
        return tuple(sorted(words[1:], key=self._order))

    @property
    def resolution(self) -> int:
        """The length of the shortest word: contrasts of fewer factors than it are told apart up to half of it."""
        return min(map(len, self.defining))

    @property
    def word_lengths(self) -> Mapping[int, int]:
        """How many words of the defining relation there are of each length."""
        return dict(sorted(Counter(map(len, self.defining)).items()))

    @cached_property
    def runs(self) -> tuple[Word, ...]:
        """The factors that are on in each treatment of the fraction, by size."""
        first = self.names[:FULL]
        crossed = [frozenset(on) for size in range(FULL + 1) for on in combinations(first, size)]
        whole = [
            on | {name for name, switches in self.generated.items() if len(switches & on) % 2 == 1} for on in crossed
        ]
        return tuple(sorted(whole, key=self._order))

    def aliases(self, word: Word) -> tuple[Word, ...]:
        """The contrasts that cannot be told from `word`, those of the fewest factors first."""
        return tuple(sorted((word ^ other for other in self.defining), key=self._order))

    def ordered(self, word: Word) -> tuple[str, ...]:
        """The factors of a word in their order."""
        return tuple(name for name in self.names if name in word)

    def _order(self, word: Word) -> tuple[int, list[int]]:
        return len(word), sorted(map(self.names.index, word))


def fraction(names: Sequence[str]) -> Fraction | None:
    """The fraction for these factors; None where all combinations are few enough to train.

    Raises `StudyError` for more than eleven.

    Example:
        >>> fraction("ABC") is None, fraction("ABCDEFG").resolution
        (True, 7)
    """
    if len(names) <= FULL:
        return None
    if len(names) > max(GENERATORS):
        raise StudyError(
            f"at most {max(GENERATORS)} interventions that act in training",
            f"{len(names)}",
            "the study's interventions",
            "divide them over two studies; those that are never used together need not be crossed",
        )
    return Fraction(tuple(names))


def subsets(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Which combinations are trained: all of them, or a fraction with every single factor and all factors together.

    The control comes first, then by size.

    Example:
        >>> subsets("AB")
        ((), ('A',), ('B',), ('A', 'B'))
        >>> len(subsets("ABCDEFG"))
        72
    """
    part = fraction(names)
    if part is None:
        return tuple(one for size in range(len(names) + 1) for one in combinations(names, size))
    extra = [frozenset({name}) for name in names] + [frozenset(names)]
    trained = {part.ordered(on) for on in (*part.runs, *extra)}
    return tuple(sorted(trained, key=lambda on: (len(on), [names.index(name) for name in on])))


def alias_statements(names: Sequence[str]) -> tuple[str, ...]:
    """What each main effect and each contrast of two factors is mixed with, in words; none where nothing is.

    Contrasts of four and more factors are taken to be absent, and are not told. "Opposite sign" says that the other
    contrast is subtracted, and not added.

    Example:
        >>> for line in alias_statements(tuple("ABCDEFGHI"))[:4]:
        ...     print(line)
        9 interventions act in training: a fraction of 64 treatments of resolution 4, and every single one and all together
        mixed with no contrast of up to three interventions: B; C; E; F; G; B x E; B x F; E x G; F x G
        A is mixed with D x H x I
        D is mixed with A x H x I
    """
    part = fraction(names)
    if part is None:
        return ()
    opening = (
        f"{len(names)} interventions act in training: a fraction of {len(part.runs)} treatments of resolution "
        f"{part.resolution}, and every single one and all together"
    )
    words = [frozenset(one) for size in (1, 2) for one in combinations(names, size)]
    mixed = {word: [other for other in part.aliases(word) if len(other) <= SHORT] for word in words}
    clear = "; ".join(crossed(part.ordered(word)) for word, others in mixed.items() if not others)
    lines = [f"mixed with no contrast of up to three interventions: {clear}"] if clear else []
    lines += [_mixed(word, others, part) for word, others in mixed.items() if others]
    return (opening, *lines)


def _mixed(word: Word, others: Sequence[Word], part: Fraction) -> str:
    told = (crossed(part.ordered(other)) + (" (opposite sign)" if len(word ^ other) % 2 else "") for other in others)
    return f"{crossed(part.ordered(word))} is mixed with {', '.join(told)}"


def crossed(factors: Sequence[str]) -> str:
    """How a contrast of these factors is written.

    Example:
        >>> crossed(("reweighing", "dp_sgd"))
        'reweighing x dp_sgd'
    """
    return " x ".join(factors)
