from typing import Any

from interplay.report.forest import FARTHEST, MARGIN, WIDTH, axis, plot
from interplay.report.reading import AuditReading

Audit = dict[str, Any]


def test_every_numbered_primary_effect_is_drawn_once(audit: Audit) -> None:
    drawn = [line.effect for block in plot(AuditReading(audit)).blocks for line in block.lines]
    known = [one for one in audit["effects"] if one["primary"] and one["estimate"] is not None]
    assert len(drawn) == len(known) > 40
    assert all(any(one is each for each in drawn) for one in known)


def test_bars_lie_where_the_numbers_say(audit: Audit) -> None:
    made = plot(AuditReading(audit))
    for block in made.blocks:
        for line in block.lines:
            bar, effect = line.bar, line.effect
            assert MARGIN <= bar.left <= bar.middle <= bar.right <= WIDTH - MARGIN
            assert (bar.left > made.axis.place(1)) == (effect["low"] > effect["tolerance"])
            assert bar.off_right == (effect["high"] / effect["tolerance"] > made.axis.reach)


def test_harm_lies_right_of_the_tolerance(audit: Audit) -> None:
    made = plot(AuditReading(audit))
    harms = [line.bar for block in made.blocks for line in block.lines if line.effect["verdict"] == "harm"]
    assert harms and all(bar.left > made.axis.place(1) and bar.tone == "worse" for bar in harms)


def test_axis_is_bounded() -> None:
    far = [{"low": -100.0, "high": 100.0, "tolerance": 0.01}]
    assert axis(far).reach == FARTHEST
    assert axis([{"low": 0.0, "high": 0.001, "tolerance": 0.01}]).reach == axis([]).reach == 2.0


def test_blocks_follow_the_ranking(audit: Audit) -> None:
    reading = AuditReading(audit)
    ranks = [reading.rank(block.target) for block in plot(reading).blocks]
    assert ranks == sorted(ranks)


def test_primary_effects_without_a_pair_are_not_lost(audit: Audit) -> None:
    for effect in audit["effects"]:
        effect["probe"] = ""
    blocks = plot(AuditReading(audit)).blocks
    assert [block.source for block in blocks] == [""] and len(blocks[0].lines) > 40
