"""Fractions of a factorial: resolution, least aberration, aliases, and what is trained."""

from itertools import combinations, product
from math import prod

import numpy as np
import pytest

from interplay.design.fractional import alias_statements, fraction, subsets
from interplay.errors import StudyError

LETTERS = "ABCDEFGHIJK"
# Word lengths from three letters on of the 64-run designs of least aberration: Chen, Sun and Wu (1993), "A catalogue of
# two-level and three-level fractional factorial designs with small runs", and found again by the search below.
KNOWN = {7: {7: 1}, 8: {5: 2, 6: 1}, 9: {4: 1, 5: 4, 6: 2}, 10: {4: 2, 5: 8, 6: 4, 8: 1}}
KNOWN[11] = {4: 4, 5: 14, 6: 8, 8: 3, 9: 2}
RESOLUTION = {7: 7, 8: 5, 9: 4, 10: 4, 11: 4}


def made(count):
    found = fraction(tuple(LETTERS[:count]))
    assert found is not None
    return found


def signs(part):
    return np.array([[1 if name in on else -1 for name in part.names] for on in part.runs])


@pytest.mark.parametrize("count", KNOWN)
def test_resolution_and_word_lengths_are_those_of_the_tables(count):
    part = made(count)
    assert part.word_lengths == KNOWN[count]
    assert part.resolution == RESOLUTION[count]
    assert len(part.defining) == 2 ** (count - 6) - 1


@pytest.mark.parametrize("count", KNOWN)
def test_the_words_are_what_is_constant_over_the_runs_and_nothing_else_is(count):
    part = made(count)
    table = signs(part)
    assert len(set(part.runs)) == 64
    assert frozenset() in part.runs, "the control is part of the fraction"
    for size in range(1, count + 1):
        for columns in combinations(range(count), size):
            word = frozenset(part.names[column] for column in columns)
            constant = len(set(table[:, columns].prod(axis=1))) == 1
            assert constant == (word in part.defining)


@pytest.mark.parametrize("count", [7, 8, 9, 10])
def test_no_other_choice_of_generators_has_less_aberration(count):
    long = [mask for mask in range(64) if mask.bit_count() >= 3]
    extra = count - 6
    chosen = np.array(list(combinations(long, extra))) | (1 << (6 + np.arange(extra)))
    words = [np.zeros(len(chosen), dtype=np.int64)]
    for place in range(extra):
        words += [word ^ chosen[:, place] for word in words]
    lengths = np.array([mask.bit_count() for mask in range(1 << count)])
    every = np.stack([lengths[word] for word in words[1:]])
    patterns = np.stack([(every == length).sum(axis=0) for length in range(count + 1)], axis=1)
    best = min(map(tuple, patterns))
    assert {length: times for length, times in enumerate(best) if times} == KNOWN[count]


def test_aliases_have_equal_columns_up_to_the_sign_their_length_says():
    part = made(9)
    column = {name: place for place, name in enumerate(part.names)}
    table = signs(part)
    for word in map(frozenset, combinations(part.names, 2)):
        own = prod(table[:, column[name]] for name in word)
        for other in part.aliases(word):
            sign = (-1) ** len(word ^ other)
            assert (own == sign * prod(table[:, column[name]] for name in other)).all()


def test_statements_name_every_short_alias():
    names = tuple("ABCDEFGHI")
    told = alias_statements(names)
    text = "\n".join(told)
    assert "resolution 4" in told[0]
    assert "A x D is mixed with H x I, B x C x G (opposite sign)" in told
    for word in (*combinations(names, 1), *combinations(names, 2)):
        assert " x ".join(word) in text
    assert alias_statements(names[:6]) == ()
    assert alias_statements(tuple("ABCDEFG"))[1].count(";") == 7 + 21 - 1, "seven factors are all clear"


@pytest.mark.parametrize("count", range(7))
def test_all_combinations_of_few(count):
    found = subsets(LETTERS[:count])
    assert len(found) == len(set(found)) == 2**count
    assert found[0] == ()
    assert {frozenset(on) for on in found} == {
        frozenset(name for name, switch in zip(LETTERS, on, strict=False) if switch)
        for on in product((0, 1), repeat=count)
    }


@pytest.mark.parametrize("count", KNOWN)
def test_a_fraction_of_many_with_the_control_every_single_one_and_the_stack(count):
    found = subsets(LETTERS[:count])
    assert found[0] == () and found[-1] == tuple(LETTERS[:count])
    assert {(name,) for name in LETTERS[:count]} <= set(found)
    assert set(map(frozenset, found)) >= set(made(count).runs)
    assert len(found) == len(set(found)) <= 64 + count + 1
    assert [len(on) for on in found] == sorted(len(on) for on in found)


def test_too_many_are_refused():
    with pytest.raises(StudyError, match="at most 11 interventions") as error:
        subsets(LETTERS + "L")
    assert error.value.remedy
