import copy
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from interplay.report.names import NAME_LENGTH
from interplay.report.page import render
from interplay.report.words import VERDICTS
from tests.report.parsed import Parsed, parse

Audit = dict[str, Any]
CLAIMS = re.compile(r"\b(fair|unfair|safe|private|compliant|unbiased|debias\w*|guaranteed|best-in-class)\b", re.I)


def visible(parsed: Parsed) -> str:
    return re.sub(r"\s+", " ", "".join(parsed.words))


def test_page_is_well_formed(audit: Audit) -> None:
    parsed = parse(render(audit))
    assert parsed.faults == []
    assert len(parsed.all("h2")) == len(parsed.all("section")) >= 15
    identities = [element.attributes["id"] for element in parsed.elements if "id" in element.attributes]
    assert len(identities) == len(set(identities))
    links = {element.attributes["href"] for element in parsed.all("a")} | {
        element.attributes["href"] for element in parsed.all("use")
    }
    assert links and all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= set(identities)


def test_page_loads_nothing_and_runs_no_script(audit: Audit, hostile: Audit) -> None:
    for one in (audit, hostile):
        page = render(one)
        parsed = parse(page)
        assert not {element.name for element in parsed.elements} & {"script", "img", "iframe", "link", "object", "form"}
        assert not [key for element in parsed.elements for key in element.attributes if key.startswith("on")]
        assert not [e for e in parsed.elements if {"src", "srcset", "action", "data", "poster"} & set(e.attributes)]
        style = parsed.all("style")[0].text
        assert "@import" not in style and not re.search(r"url\((?!#)", page)
        policy = next(e for e in parsed.all("meta") if "Content-Security-Policy" in e.attributes.get("http-equiv", ""))
        assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_first_words_are_the_verdict_with_numbers(audit: Audit) -> None:
    parsed = parse(render(audit))
    lead = next(e for e in parsed.elements if e.attributes.get("class") == "lead")
    assert re.fullmatch(
        r"DP-SGD harms fairness here: it raises the accuracy disparity \(race: black against white\) by 6\.\d\xa0points "
        r"\(90\xa0% interval \d\.\d to \d\.\d\), above the tolerance of 2\.0\.",
        lead.text,
    )
    assert visible(parsed).index("DP-SGD harms fairness") < 400


def test_every_table_has_a_caption_and_scoped_headers(audit: Audit) -> None:
    parsed = parse(render(audit))
    assert len(parsed.all("table")) == len(parsed.all("caption")) > 20
    assert all("scope" in element.attributes for element in parsed.all("th"))


def test_all_twenty_pairs_are_shown_and_linked(audit: Audit) -> None:
    parsed = parse(render(audit))
    details = [e for e in parsed.elements if e.attributes.get("id", "").startswith("i-")]
    assert len(details) == 20
    for pair in audit["interactions"]:
        shown = next(e for e in details if e.attributes["id"] == f"i-{pair['source']}-{pair['target']}")
        assert pair["sentence"] in shown.text
        for probe in pair["probes"]:
            assert probe["claim"] in shown.text
            assert (probe["missing"] or "") in shown.text


def test_matrix_names_every_treatment_and_aspect(audit: Audit) -> None:
    parsed = parse(render(audit))
    grid = next(e for e in parsed.all("table") if e.attributes.get("class") == "grid")
    for words in ("Control", "Reweighing + DP-SGD + adversarial training", "1. Fairness", "6. Utility", "chosen"):
        assert words in grid.text
    for aspect in ("fairness", "privacy"):
        assert VERDICTS["harm"].words in grid.text, aspect
    assert "collapsed" in grid.text and "11.0\xa0points higher" in grid.text


def test_verdicts_are_told_by_words_and_shapes_too(audit: Audit) -> None:
    parsed = parse(render(audit))
    badges = [e for e in parsed.all("span") if e.attributes.get("class", "").startswith("v ")]
    assert badges and all(e.text.strip() for e in badges)
    shapes = {e.attributes["id"] for e in parsed.all("symbol")}
    assert shapes == {f"g-{verdict}" for verdict in VERDICTS}
    assert len({verdict.words for verdict in VERDICTS.values()}) == len(VERDICTS)


def test_drawings_are_well_formed_and_described(audit: Audit) -> None:
    drawings = re.findall(r"<svg viewBox.*?</svg>", render(audit), re.S)
    assert len(drawings) > 40
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        assert root.attrib["role"] == "img" and root.attrib["aria-label"]
    assert "nan" not in "".join(drawings).lower() and "inf" not in "".join(drawings)


def test_everything_not_measured_is_listed(audit: Audit) -> None:
    text = visible(parse(render(audit)))
    for entry in audit["not_measured"]:
        assert entry["reason"] in text or entry["reason"].capitalize() in text
    for column in audit["data"]["dropped"]:
        assert column["name"] in text


def test_hostile_text_is_shown_and_does_nothing(hostile: Audit) -> None:
    page = render(hostile)
    page.encode("utf-8")
    parsed = parse(page)
    assert parsed.faults == []
    assert not [e for e in parsed.elements if e.name in ("script", "img")]
    assert "<script" not in page and "<img" not in page
    assert "\x00" not in page and "\x1b" not in page and "\u202e" not in page
    assert "[U+202E]" in page and "[U+0000]" in page and "[U+D800]" in page
    assert "<script>alert(1)</script>" in visible(parsed)
    assert "x" * 1300 not in page
    cut = [e for e in parsed.all("bdi") if "title" in e.attributes]
    assert cut and all(len(e.text) == NAME_LENGTH and e.text.endswith("…") for e in cut)


def test_equal_audits_give_equal_bytes(audit: Audit) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in reversed(list(value))}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    again = json.loads(json.dumps(audit))
    before = copy.deepcopy(audit)
    assert render(audit) == render(again) == render(shuffled(audit))
    assert audit == before


def test_page_stays_small(large: Audit, hostile: Audit) -> None:
    assert len(large["effects"]) == 2000
    assert len(render(large).encode()) < 1_000_000
    assert len(render(hostile).encode()) < 1_000_000


def test_no_claim_is_made(audit: Audit) -> None:
    assert CLAIMS.findall(visible(parse(render(audit)))) == []


@pytest.mark.parametrize("emptied", ["effects", "controls", "soft_goals", "not_measured"])
def test_absence_is_said(audit: Audit, emptied: str) -> None:
    audit[emptied] = []
    audit["origins"]["shares"] = []
    audit["decision"] |= {
        "treatment": None,
        "unresolved": "nothing_admissible",
        "residual": [],
        "stability": None,
        "flips": [],
        "reasons": [],
    }
    for pair in audit["interactions"]:
        pair |= {"verdict": "not_yet_measurable", "primary_verdict": "not_yet_measurable", "harms": []}
        for probe in pair["probes"]:
            probe |= {"effects": [], "missing": "an adversary"}
    text = visible(parse(render(audit)))
    assert "No treatment is admissible" in text
    expected = {
        "effects": "No primary effect has a number.",
        "controls": "The study lists no intervention.",
        "soft_goals": "The study declares none.",
        "not_measured": "Every metric the study asked for was measured.",
    }
    assert expected[emptied] in text


def test_tolerance_of_zero_is_drawn(audit: Audit) -> None:
    for effect in audit["effects"]:
        effect["tolerance"] = 0.0
    assert "inf" not in "".join(re.findall(r"<svg viewBox.*?</svg>", render(audit), re.S))


def test_probes_that_did_not_run_are_listed(audit: Audit) -> None:
    audit["interactions"][0]["probes"].append(
        {**audit["interactions"][0]["probes"][0], "name": "unasked", "effects": [], "missing": None}
    )
    section = next(e for e in parse(render(audit)).all("section") if e.attributes["id"] == "unmeasured")
    assert "Unasked" in section.text and "The study lists no intervention that this probe needs" in section.text
    assert "Missing: a shadow model for every group" in section.text


def test_settled_effects_need_no_reason(audit: Audit) -> None:
    for effect in audit["effects"]:
        effect["reason"] = f"reason of {effect['verdict']}"
    text = visible(parse(render(audit)))
    assert "Reason of inconclusive" in text and "Reason of harm_undetermined" in text
    assert "eason of no_material_harm" not in text


def test_an_attack_by_several_methods_names_them(audit: Audit) -> None:
    words = visible(parse(render(audit)))
    assert "the worst row of pgd, apgd; radius 0.5, restarts 2, steps 20" in words
    assert words.count("the worst row of") == 1


def test_no_change_is_told_as_a_sign_that_has_to_be_turned(audit: Audit) -> None:
    said = visible(parse(render(audit)))
    assert not re.search(r"negative is better|(positive|\+) is worse|worse by [+\N{MINUS SIGN}-]", said)


def test_the_two_kinds_of_gap_are_named(audit: Audit) -> None:
    page = render(audit)
    assert "accuracy disparity (race), largest gap, mean over models" in page
    assert "stand the gap b less a of the mean model" in page
